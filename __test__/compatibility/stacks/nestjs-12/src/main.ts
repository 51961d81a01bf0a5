// NestJS on Express, with express-session as middleware and the store as a provider.

import 'reflect-metadata'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import MongoStore from 'connect-mongo-native'
import session from 'express-session'
import { AppModule } from './app.module.js'
import { whenTold } from '../shared/serve.js'

const app = await NestFactory.create<NestExpressApplication>(AppModule, {
  logger: ['error', 'warn'],
  forceCloseConnections: true,
})
app.use(
  session({
    secret: 'keyboard cat',
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: Number(process.env.MAX_AGE) },
    store: app.get(MongoStore),
  }),
)
await app.listen(0, '127.0.0.1')
console.log(JSON.stringify({ port: Number(new URL(await app.getUrl()).port) }))
whenTold(() => app.close())
