// Runs in the old system: uses a store with encryption, and prints what it ran with. Fails if the addon was not loaded.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { basename } from 'node:path'
import { promisify } from 'node:util'
import MongoStore from 'connect-mongo-native'

const sid = 'a-session'
const session = { cookie: { originalMaxAge: 60_000, expires: new Date(Date.now() + 60_000) }, user: 'Ada' }

const store = MongoStore.create({
  mongoUrl: process.env.MONGO_URL,
  crypto: { secret: 'A-secret-of-Debian-11!' },
})
/** @type {(method: 'get' | 'set' | 'touch' | 'destroy', ...args: unknown[]) => Promise<any>} */
const call = (method, ...args) => promisify(store[method]).apply(store, args)
const stored = async () => (await store.collectionP).findOne({ _id: sid })

await call('set', sid, session)
assert.equal((await call('get', sid)).user, 'Ada')
const before = await stored()
assert.doesNotMatch(JSON.stringify(before), /Ada/)

await call('touch', sid, { cookie: { ...session.cookie, expires: new Date(Date.now() + 120_000) } })
const after = await stored()
assert.ok(after.expires > before.expires, `${after.expires} is not after ${before.expires}`)

await call('destroy', sid)
assert.equal(await stored(), null)
assert.equal((await call('get', sid)) ?? undefined, undefined)
assert.ok(store.stats().batches > 0, 'the addon did not carry out the operations')
await store.close()

const [addon] = Object.keys(createRequire(import.meta.url).cache).filter((file) => file.endsWith('.node'))
assert.ok(addon, 'the addon was not loaded')
const { header } = /** @type {any} */ (process.report.getReport())
console.log(`glibc ${header.glibcVersionRuntime}, Node ${process.version}, ${basename(addon)}`)
