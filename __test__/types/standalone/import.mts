// The declarations where neither express-session nor mongodb is installed: whatever they would tell is `any`.

import MongoStore, {
  type DriverClient,
  type DriverCollection,
  type DriverDb,
  type SessionData,
} from 'connect-mongo-native'
import { expect, type Same } from '../expect.js'

// @ts-expect-error not installed
type Missing = typeof import('express-session')
// @ts-expect-error not installed
type MissingToo = typeof import('mongodb')
export type { Missing, MissingToo }

expect<Same<SessionData, any>>()
expect<Same<DriverClient, any>>()
expect<Same<DriverDb, any>>()
expect<Same<DriverCollection, any>>()

const store = MongoStore.create({ mongoUrl: 'mongodb://127.0.0.1/app', ttl: 60 })
store.get('sid', (_error, session) => session.views + 1)
store.set('sid', { views: 1 }, (error) => error)
store.on('create', (sid) => sid.length)
export const views: Promise<number> = store.get('sid').then((session) => session.views)
export const found: Promise<unknown> = store.collectionP.then((collection) => collection.findOne({}))

const typed = new MongoStore<{ views: number }>({ client: { db: () => ({ collection: () => null }) } })
typed.get('sid', (_error, session) => session?.views.toFixed())
typed.set('sid', { views: 1 })
// @ts-expect-error not a number
typed.set('sid', { views: 'one' })
// @ts-expect-error as elsewhere
MongoStore.create({ mongoUrl: 'mongodb://127.0.0.1/app', ttl: 'x' })

class Store {}
export const legacy = new (MongoStore({ Store }))({ url: 'mongodb://127.0.0.1/app' })
