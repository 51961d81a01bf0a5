// A CommonJS module.

import session = require('express-session')
import MongoStore = require('connect-mongo-native')
import es5 = require('connect-mongo-native/es5')
import type { ConnectMongoOptions } from 'connect-mongo-native/build/main/lib/MongoStore'
import src = require('connect-mongo-native/src')

const options: ConnectMongoOptions = { mongoUrl: 'mongodb://127.0.0.1/app' }
const qualified: MongoStore.ConnectMongoOptions<session.SessionData> = options

session({ secret: 's', store: MongoStore.create(qualified) })
session({ secret: 's', store: new MongoStore(options) })
session({ secret: 's', store: new MongoStore.MongoStore(options) })
session({ secret: 's', store: MongoStore.default.create(options) })
session({ secret: 's', store: new es5(options) })
session({ secret: 's', store: new (src(session))({ url: 'mongodb://127.0.0.1/app' }) })

class Sub extends MongoStore<session.SessionData> {}
const typed: MongoStore<session.SessionData> = new Sub(options)
const named: MongoStore.MongoStore = typed
const Legacy: MongoStore.MongoStoreFactory = es5(session)
const legacy: MongoStore.LegacyMongoStore = new (MongoStore(session))({ url: 'mongodb://127.0.0.1/app' })
const settings: MongoStore.MongoUrlOptions = { url: 'mongodb://127.0.0.1/app', collection: 'visits' }
session({ secret: 's', store: new Legacy(settings) })

// @ts-expect-error a class cannot be called with options
MongoStore(options)

export = { named, legacy }
