// Methods of a store, with a callback and with a promise.

import { promisify } from 'node:util'
import type { SessionData } from 'express-session'
import { MongoStore } from 'connect-mongo-native'
import { expect, type Same } from '../expect.js'

const store = new MongoStore({ mongoUrl: 'mongodb://127.0.0.1/app' })
declare const session: SessionData
declare const perhaps: ((error?: any) => void) | undefined

// With a callback, a method returns nothing.
store.get('sid', (error, found) => {
  expect<Same<typeof error, any>>()
  expect<Same<typeof found, SessionData | null | undefined>>()
})
store.all((_error, sessions) => {
  expect<Same<typeof sessions, SessionData[] | null | undefined>>()
})
store.length((_error, length) => {
  expect<Same<typeof length, number>>()
})
store.set('sid', session, (error) => {
  expect<Same<typeof error, any>>()
})
store.touch('sid', session, (error) => error?.message)
store.destroy('sid', function (error: Error | null) {
  error?.message
})
store.clear((error?: unknown) => error)
store.get('sid', function found(error: Error | null, found?: SessionData | null) {
  return error ?? found
})
const nothing = store.get('sid', () => {})
expect<Same<typeof nothing, void>>()

// An optional callback can be passed unchanged.
store.set('sid', session, perhaps)
store.touch('sid', session, perhaps)
store.destroy('sid', perhaps)
store.clear(perhaps)

// Without a callback, a method returns a promise.
export async function promises(): Promise<void> {
  const found = await store.get('sid')
  expect<Same<typeof found, SessionData | null | undefined>>()
  const sessions = await store.all()
  expect<Same<typeof sessions, SessionData[]>>()
  const length = await store.length()
  expect<Same<typeof length, number>>()
  const set = store.set('sid', session)
  expect<Same<typeof set, Promise<void>>>()
  await Promise.all([set, store.touch('sid', session), store.destroy('sid'), store.clear(), store.close()])
  await store.touch('sid', { cookie: session.cookie, lastModified: new Date() })
  await store.get('sid', undefined)
  await store.close((error) => error)
}

// The callback methods, promisified by the application.
export async function promisified(): Promise<void> {
  const get = promisify(store.get.bind(store))
  const found = await get('sid')
  expect<Same<typeof found, SessionData | null | undefined>>()
  const length = await promisify(store.length.bind(store))()
  expect<Same<typeof length, number>>()
  await promisify(store.set.bind(store))('sid', session)
  await promisify(store.clear).bind(store)()
  await promisify(store.touch).bind(store)('sid', session)
  const again = await promisify(store.get).bind(store)('sid')
  expect<Same<typeof again, SessionData | null | undefined>>()
}

// Inherited, or added to the store by the middleware.
store.load('sid', (_error, loaded) => loaded?.save())
store.regenerate({ sessionID: 'sid' }, (error) => error)
store.createSession({}, session).save()
store.generate({})

// Readable properties of a store.
const name: string = store.collectionName
const seconds: number = store.ttl
const mode: 'native' | 'interval' | 'disabled' = store.autoRemove
const wait: number = store.autoRemoveInterval + (store.options.touchAfter ?? 0)
const stored: unknown = store.transformFunctions.serialize(session)
const url: string | undefined = store.options.mongoUrl
store.timer?.unref()
export const seen = [name, seconds, mode, wait, stored, url]

// @ts-expect-error a session id is a string
store.get(5)
// @ts-expect-error a callback is a function
store.get('sid', 'callback')
// @ts-expect-error there is nothing to write
store.set('sid')
// @ts-expect-error nor here
store.touch('sid', (error: unknown) => error)
// @ts-expect-error an expiry is not an option of a method
store.destroy('sid', { ttl: 5 })
// @ts-expect-error settled at construction
store.ttl = 5
// @ts-expect-error the class of the factory alone has it
store.state
