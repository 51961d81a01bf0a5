// The application's connections, from the installed `mongodb` package and from objects shaped like mongoose's.

import { type Collection, type Db, MongoClient, type MongoClientOptions, type WriteConcernSettings } from 'mongodb'
import {
  MongoStore,
  type MongoClientLike,
  type MongooseConnectionLike,
  type SessionDocument,
} from 'connect-mongo-native'
import { expect, type Same } from '../expect.js'

const client = new MongoClient('mongodb://127.0.0.1')
const driverOptions: MongoClientOptions = { maxPoolSize: 5 }
const writeConcern: WriteConcernSettings = { w: 'majority' }
declare const mongooseConnection: MongooseConnectionLike & { getClient(): MongoClient }

new MongoStore({ client })
new MongoStore({ client, dbName: 'app', writeOperationOptions: writeConcern })
new MongoStore({ clientPromise: client.connect() })
new MongoStore({ clientPromise: MongoClient.connect('mongodb://127.0.0.1', driverOptions) })
new MongoStore({ db: client.db('app') })
new MongoStore({ dbPromise: client.connect().then((connected) => connected.db()) })
new MongoStore({ mongooseConnection })
new MongoStore({ client: mongooseConnection.getClient() })
new MongoStore({ mongoUrl: 'mongodb://127.0.0.1', mongoOptions: driverOptions })

// A test's stand-in needs only the members that the store uses.
const standIn: MongoClientLike = { db: () => ({ collection: () => ({ findOne: async () => null }) }) }
new MongoStore({ client: standIn })

// The objects that the store returns fit the types of whichever release of `mongodb` the application has.
const store = new MongoStore({ client })
expect<Same<typeof store.client, any>>()
expect<Same<typeof store.db, any>>()
const itsClient: MongoClient = store.client
const itsDb: Db = store.db
export async function ids(): Promise<string[]> {
  const collection: Collection<any> = await store.collectionP
  await itsClient.close()
  await itsDb.dropDatabase()
  const found = await (await store.collectionP).find({}).toArray()
  return [...found.map((document: SessionDocument) => String(document._id)), collection.collectionName]
}

// @ts-expect-error not a client
new MongoStore({ client: 5 })
// @ts-expect-error a promise belongs in clientPromise
new MongoStore({ client: client.connect() })
// @ts-expect-error and a client does not
new MongoStore({ clientPromise: client })
// @ts-expect-error a database is not a client
new MongoStore({ client: client.db() })
// @ts-expect-error a mongoose connection has an option of its own
new MongoStore({ client: mongooseConnection })
// @ts-expect-error which takes nothing else
new MongoStore({ mongooseConnection: client })
// @ts-expect-error the name of a database is dbName
new MongoStore({ mongoUrl: 'mongodb://127.0.0.1', db: 'app' })
// @ts-expect-error and what is given is a Db
new MongoStore({ db: client })
