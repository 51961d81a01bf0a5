// A module that is compiled to CommonJS.

import session from 'express-session'
import * as namespace from 'connect-mongo-native'
import MongoStore, { MongoStore as Named, type ConnectMongoOptions } from 'connect-mongo-native'
import { expect, type Same } from '../expect.js'

const options: ConnectMongoOptions = { mongoUrl: 'mongodb://127.0.0.1/app' }

session({ secret: 's', store: MongoStore.create(options) })
session({ secret: 's', store: new Named(options) })
session({ secret: 's', store: new namespace.MongoStore(options) })
session({ secret: 's', store: new (MongoStore(session))({ url: 'mongodb://127.0.0.1/app' }) })
expect<Same<typeof MongoStore, typeof Named>>()

export class Sub extends MongoStore<session.SessionData> {}
