// The factory of 0.8 to 3.x, in the form that transpiled code uses.

import express from 'express'
import session from 'express-session'
import connectMongo, {
  MongoStore as Named,
  type LegacyMongoStore,
  type LegacyMongoStoreOptions,
  type MongoStoreFactory,
} from 'connect-mongo-native'
import { expect, type Same } from '../expect.js'

const MongoStore = connectMongo(session)
const url = 'mongodb://127.0.0.1/app'

const store = new MongoStore({ url })
expect<Same<typeof store, LegacyMongoStore>>()
const state: 'init' | 'connecting' | 'connected' | 'disconnected' = store.state
store.on('connected', () => store.collection?.collectionName)
express().use(session({ secret: 's', store }))

const options: LegacyMongoStoreOptions = {
  url,
  collection: 'visits',
  ttl: 60,
  autoRemove: 'disabled',
  touchAfter: 5,
  transformId: (sid) => sid,
  mongoOptions: { useNewUrlParser: true, timeoutMS: 5000 },
}
new MongoStore(options)
new MongoStore({ fallbackMemory: true })
new MongoStore({
  host: 'localhost',
  port: 27017,
  db: 'shop',
  username: 'ann',
  password: 'x',
  w: 1,
  auto_reconnect: true,
})
new MongoStore({ url, advancedOptions: { poolSize: 5 } })
new MongoStore({ mongoose_connection: { readyState: 1, once: () => {} } })
new MongoStore<session.SessionData & { referrer: string }>({ url }).get(
  'sid',
  (_error, found) => found?.referrer.length,
)
export class Sub extends MongoStore {}
new Sub({ url }).touch('sid', { cookie: new session.Cookie() })

// Every name refers to the same value, and a store of the factory is a store.
const factory: MongoStoreFactory = Named(session)
const again: MongoStoreFactory = connectMongo.default(session)
const once: MongoStoreFactory = connectMongo.MongoStore.default.MongoStore(session)
export const stores: Named[] = [store, new factory({ url }), new again({ url }), new once({ url })]
export const states = [state]

// Hosts other than express-session: a connect or express that still has its session member; plain classes.
connectMongo({ session })
connectMongo({ session: { Store: session.Store } })
connectMongo(Object.assign(() => {}, { session: { Store: session.Store, MemoryStore: session.MemoryStore } }))
connectMongo({ Store: class {} })

// @ts-expect-error no session package
connectMongo()
// @ts-expect-error express itself has none since its release 4
connectMongo(express)
// @ts-expect-error nothing in it
connectMongo({})
// @ts-expect-error the function that makes the middleware is not the package
connectMongo({ Store: session({ secret: 's' }) })
// @ts-expect-error no class
connectMongo('express-session')
// @ts-expect-error the options come later
connectMongo(session, { url })
// @ts-expect-error there is nothing to connect to without options
new MongoStore()
// @ts-expect-error the constructor of today has a URL for that
new Named({ host: 'localhost', port: 27017 })
// @ts-expect-error not a boolean
new MongoStore({ url, fallbackMemory: 'yes' })

// @ts-expect-error the time of an operation is a number, in the options of either style
new MongoStore({ url, mongoOptions: { timeoutMS: 'long' } })
