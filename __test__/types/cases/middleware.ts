// The store in express-session, with the types of express-session.

import express from 'express'
import session from 'express-session'
import { MongoStore, type SessionData } from 'connect-mongo-native'
import { expect, type Same } from '../expect.js'

declare module 'express-session' {
  interface SessionData {
    views?: number
  }
}

interface Visit extends session.SessionData {
  referrer: string
}

const mongoUrl = 'mongodb://127.0.0.1/app'
const app = express()
app.use(session({ secret: 's', resave: false, saveUninitialized: false, store: MongoStore.create({ mongoUrl }) }))
app.use(session({ secret: 's', store: new MongoStore<Visit>({ mongoUrl, collectionName: 'visits' }) }))
app.use(session({ secret: 's', store: MongoStore.create<Visit>({ mongoUrl }) }))

// Hooks do not narrow the session type so far that express-session would refuse the store.
app.use(
  session({ secret: 's', store: MongoStore.create({ mongoUrl, serialize: (visit: Record<string, any>) => visit }) }),
)
app.use(
  session({
    secret: 's',
    store: MongoStore.create({ mongoUrl, unserialize: (stored: Record<string, unknown>) => stored }),
  }),
)

const store: session.Store = new MongoStore({ mongoUrl })
const withGenerate: Express.SessionStore = new MongoStore({ mongoUrl })
export const stores: session.Store[] = [store, withGenerate]

// By default, the sessions of a store are those of the application.
expect<Same<SessionData, session.SessionData>>()
MongoStore.create({ mongoUrl }).get('sid', (_error, found) => {
  expect<Same<typeof found, session.SessionData | null | undefined>>()
  const views: number | undefined = found?.views
  // @ts-expect-error nobody added it to the session
  found?.referrer
  return views
})
new MongoStore<Visit>({ mongoUrl }).get('sid', (_error, found) => found?.referrer.length)

// A store of a more specific session type is assignable to a store of the general type.
export const general: MongoStore = new MongoStore<Visit>({ mongoUrl })

// All options must use the same session type.
MongoStore.create<Visit>({ mongoUrl, serialize: (visit) => visit.referrer })
MongoStore.create({ mongoUrl, serialize: (visit: Visit) => visit.referrer }).get(
  'sid',
  (_error, found) => found?.referrer,
)

export function storeOf<T extends session.SessionData>(collectionName: string): MongoStore<T> {
  return MongoStore.create<T>({ mongoUrl, collectionName })
}

// @ts-expect-error every session has a cookie
new MongoStore<{ referrer: string }>({ mongoUrl })
// @ts-expect-error there is no referrer in it
new MongoStore<Visit>({ mongoUrl }).set('sid', { cookie: new session.Cookie() })
