'use strict'

// What an application may change of a store that is made, compared with the genuine packages.

const assert = require('node:assert/strict')
const { after, before, describe, it } = require('node:test')
const { untilConnected } = require('./harness.js')
const { GENERATIONS, makeStore } = require('./packages.js')
const { serverFor } = require('./suite.js')

let server

before(async () => {
  server = await serverFor(1)
})
after(() => server.close?.())

const ask = (store, method, ...args) =>
  new Promise((resolve, reject) => {
    store[method](...args, (error, value) => (error ? reject(error) : resolve(value)))
  })

/** Changes of a store, each with the releases in which it takes effect. */
const CHANGES = {
  'store.options.ttl': [(store) => Object.assign(store.options, { ttl: 60 }), [6, 5]],
  'store.ttl': [(store) => Object.assign(store, { ttl: 60 }), [3, 1]],
  'store.options.touchAfter': [(store) => Object.assign(store.options, { touchAfter: 3600 }), [6, 5, 3, 1]],
  'store.options.transformId': [
    (store) => Object.assign(store.options, { transformId: (sid) => `x${sid}` }),
    [6, 5, 3, 1],
  ],
  'store.transformFunctions': [
    (store) =>
      Object.assign(store, {
        transformFunctions: {
          serialize: (session) => JSON.stringify({ changed: session }),
          unserialize: (text) => JSON.parse(text).changed,
        },
      }),
    [6, 5, 3, 1],
  ],
  'a function of store.transformFunctions': [
    (store) =>
      Object.assign(store.transformFunctions, { serialize: (session) => JSON.stringify({ ...session, n: 2 }) }),
    [6, 5, 3, 1],
  ],
  'store.options': [
    (store) => Object.assign(store, { options: { ...store.options, touchAfter: 3600, ttl: 60 } }),
    [6, 5, 3, 1],
  ],
}

/** What a store does with a session, and what it has then stored. */
async function usesOf(release, side, change) {
  const name = server.freshDb()
  const store = makeStore(release, side, server.url(name), { autoRemove: 'disabled' })
  await untilConnected(store)
  change(store)
  await ask(store, 'set', 's', { n: 1 })
  const [{ _id, session, expires, lastModified }] = await server.db(name).collection('sessions').find().toArray()
  const lifetime = Math.round((expires - Date.now()) / 60_000)
  const { lastModified: given, ...read } = await ask(store, 'get', 's')
  await store.close()
  return { _id, session, lifetime, read, isDated: Boolean(lastModified), givesDate: Boolean(given) }
}

for (const release of [6, 5, 3, 1]) {
  describe(`a change takes effect in a store that is made, as in connect-mongo ${release}`, () => {
    for (const [name, [change, releases]] of Object.entries(CHANGES)) {
      if (!releases.includes(release)) continue
      it(name, async (t) => {
        if (server.missing) return t.skip(server.missing)
        const wanted = await usesOf(release, 'genuine', change)
        assert.deepEqual(await usesOf(release, 'ours', change), wanted)
        assert.notDeepEqual(await usesOf(release, 'ours', () => {}), wanted, 'the change shows')
      })
    }
  })
}

for (const style of ['modern', 'factory']) {
  it(`${style}: a value that would lose sessions fails the operation, and a right one mends the store`, async (t) => {
    if (server.missing) return t.skip(server.missing)
    const release = style === 'modern' ? 6 : 3
    assert.equal(GENERATIONS[release].style, style)
    const store = makeStore(release, 'ours', server.url(server.freshDb()), { autoRemove: 'disabled' })
    const owner = style === 'modern' ? store.options : store
    for (const ttl of [-1, NaN, 'soon', undefined]) {
      owner.ttl = ttl
      await assert.rejects(ask(store, 'set', 's', {}), /The option ttl must be /)
    }
    owner.ttl = 60
    await ask(store, 'set', 's', { n: 1 })
    await store.close()
  })
}
