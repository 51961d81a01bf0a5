// An ES module.

import session from 'express-session'
import * as namespace from 'connect-mongo-native'
import MongoStore, { MongoStore as Named, type ConnectMongoOptions, type LegacyMongoStore } from 'connect-mongo-native'
import es5 from 'connect-mongo-native/es5'
import deep, { type ConnectMongoOptions as DeepOptions } from 'connect-mongo-native/build/main/lib/MongoStore.js'
import { expect, type Same } from '../expect.js'

const options: ConnectMongoOptions = { mongoUrl: 'mongodb://127.0.0.1/app' }

session({ secret: 's', store: MongoStore.create(options) })
session({ secret: 's', store: new Named(options) })
session({ secret: 's', store: new namespace.MongoStore(options) })
session({ secret: 's', store: new namespace.default(options) })
session({ secret: 's', store: es5.create(options) })

expect<Same<typeof MongoStore, typeof Named>>()
expect<Same<typeof MongoStore, typeof es5>>()
expect<Same<typeof MongoStore, typeof deep>>()
expect<Same<ConnectMongoOptions, DeepOptions>>()
expect<Same<typeof MongoStore, typeof MongoStore.default>>()
expect<Same<typeof MongoStore, typeof MongoStore.MongoStore>>()

expect<Same<typeof namespace.createKrupteinAdapter, typeof MongoStore.createKrupteinAdapter>>()
expect<Same<typeof namespace.createWebCryptoAdapter, typeof MongoStore.createWebCryptoAdapter>>()

export class Sub extends MongoStore<session.SessionData> {}
export const legacy: LegacyMongoStore = new (MongoStore(session))({ url: 'mongodb://127.0.0.1/app' })
export const typed: MongoStore<session.SessionData> = new Sub(options)

// @ts-expect-error the namespace of an ES module cannot be called
namespace(session)
// @ts-expect-error not in this package
namespace.createStore
