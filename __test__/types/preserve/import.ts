// A module that a bundler resolves.

import session from 'express-session'
import * as namespace from 'connect-mongo-native'
import MongoStore, { MongoStore as Named } from 'connect-mongo-native'
import type { ConnectMongoOptions } from 'connect-mongo-native'
import es5 from 'connect-mongo-native/es5'
import { expect, type Same } from '../expect.js'

const options: ConnectMongoOptions = { mongoUrl: 'mongodb://127.0.0.1/app' }

session({ secret: 's', store: MongoStore.create(options) })
session({ secret: 's', store: new Named(options) })
session({ secret: 's', store: new namespace.MongoStore(options) })
session({ secret: 's', store: es5.create(options) })
session({ secret: 's', store: new (MongoStore(session))({ url: 'mongodb://127.0.0.1/app' }) })

expect<Same<typeof MongoStore, typeof Named>>()
expect<Same<typeof MongoStore, typeof es5>>()

export class Sub extends MongoStore<session.SessionData> {}
