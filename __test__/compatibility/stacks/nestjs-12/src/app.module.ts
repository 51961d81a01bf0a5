// The application's providers: its own client, and the store, which uses that client if the variant says so.

import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common'
import MongoStore, { type ConnectMongoOptions } from 'connect-mongo-native'
import { MongoClient } from 'mongodb'
import { SessionController } from './session.controller.js'

const { MONGO_URL = '', VARIANT } = process.env

@Module({
  controllers: [SessionController],
  providers: [
    { provide: MongoClient, useFactory: () => MongoClient.connect(MONGO_URL) },
    {
      provide: MongoStore,
      inject: [MongoClient],
      useFactory(client: MongoClient) {
        const connection: ConnectMongoOptions = VARIANT === 'client' ? { client } : { mongoUrl: MONGO_URL }
        return MongoStore.create({ ...connection, ttl: 3600, timestamps: true })
      },
    },
  ],
})
export class AppModule implements OnApplicationShutdown {
  constructor(
    @Inject(MongoClient) private readonly client: MongoClient,
    @Inject(MongoStore) private readonly store: MongoStore,
  ) {}

  async onApplicationShutdown() {
    await this.store.close()
    await this.client.db().collection('things').insertOne({ name: 'a thing' })
    await this.client.close()
  }
}
