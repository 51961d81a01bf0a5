'use strict'

// Sessions and ids that are nested very deeply. Each fails by itself, or comes back; nobody else is harmed. Where native
// code called itself for each level, the stack would end and the process with it, and so would these tests.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { GENUINE, call } = require('../../helpers/genuine.js')
const { MODERN, aSession, eachStyle, fails, make, useStores } = require('../../helpers/stores.js')

const server = useStores()
const range = (count) => Array.from({ length: count }, (_, n) => n)
/** The levels of objects that MongoDB stores in the field of a document. */
const MOST = 180
const FAR_TOO_MANY = 10_000
const KEYS = { encryption: { keys: [{ id: 'k', secret: 'k'.repeat(32) }] } }
const CRYPTO = { crypto: { secret: 'Squirrel & Acorn, 12 of them!' } }

/** An object of so many levels, itself included. */
function nested(levels) {
  let object = {}
  for (let level = 1; level < levels; level += 1) object = { a: object }
  return object
}

/** The levels of an object that `nested` made. */
function levelsOf(object) {
  let levels = 0
  for (let at = object; at; at = at.a) levels += 1
  return levels
}

const nestedText = (levels) => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`

eachStyle(({ style, missing }) => {
  for (const [form, options] of Object.entries({
    text: {},
    'a document': { stringify: false },
    encrypted: KEYS,
    'an encrypted document': { ...KEYS, stringify: false },
    'encrypted by kruptein': CRYPTO,
  })) {
    test(`an object of ${FAR_TOO_MANY} levels fails its own set, stored as ${form}`, async (t) => {
      const { store } = server.open(t, options, style)
      const beside = range(20).map((n) => store.set(`s${n}`, aSession({ n })))
      await fails(store, 'set', ['deep', nested(FAR_TOO_MANY)], { name: 'RangeError' })
      await Promise.all(beside)
      assert.equal(await store.length(), 20)
      assert.equal(await store.get('deep'), missing)
    })
  }

  test(`a session of ${MOST} levels is stored as a document and read, and more are refused with the server's code`, async (t) => {
    const { store, collection } = server.open(t, { stringify: false }, style)
    await store.set('most', nested(MOST))
    assert.equal(levelsOf(await store.get('most')), MOST)
    assert.equal(levelsOf((await store.all())[0]), MOST)
    for (const levels of [MOST + 1, 200, 250, 1000]) {
      await fails(store, 'set', ['more', nested(levels)], { name: 'MongoServerError', code: 15 })
    }
    assert.equal(await collection.countDocuments(), 1)
  })

  test('many sessions that are too deep harm none that are stored, read or removed at the same moment', async (t) => {
    const { store } = server.open(t, { stringify: false }, style)
    await store.set('there', { n: 0 })
    const bad = range(300).map((n) => store.set(`bad${n}`, nested(MOST + 20 + n)))
    const good = range(50).flatMap((n) => [
      store.set(`good${n}`, { n }),
      store.get('there'),
      store.touch(`good${n}`, aSession()),
      store.destroy(`other${n}`),
    ])
    const results = await Promise.allSettled(bad)
    assert.deepEqual([...new Set(results.map(({ reason }) => reason?.code))], [15])
    await Promise.all(good)
    assert.equal(await store.length(), 51)
  })

  test('stored text of any depth is read as in connect-mongo, beside others', async (t) => {
    const { store, collection, mongoUrl } = server.open(t, {}, style)
    const { collectionName } = collection
    const theirs = GENUINE['connect-mongo 6']({ mongoUrl, collectionName, autoRemove: 'disabled' })
    t.after(() => theirs.close())
    const depths = [1, 1_000, FAR_TOO_MANY, 100_000, 1_000_000]
    await collection.insertMany(depths.map((levels) => ({ _id: `s${levels}`, session: nestedText(levels) })))
    const found = await Promise.all(depths.map((levels) => store.get(`s${levels}`)))
    assert.deepEqual(found.map(levelsOf), depths)
    for (const levels of depths) assert.equal(levelsOf(await call(theirs, 'get', `s${levels}`)), levels)
    assert.deepEqual(
      (await store.all()).map(levelsOf).sort((a, b) => a - b),
      depths,
    )
  })

  test('an id that transformId nests too deeply fails its operation, and a deep one that MongoDB stores is found', async (t) => {
    const { store } = server.open(t, { transformId: (sid) => nested(Number(sid)) }, style)
    // The id is one level further down in a query.
    const most = String(MOST - 1)
    await store.set(most, { n: 1 })
    await Promise.all(
      ['1000', String(FAR_TOO_MANY)].flatMap((sid) =>
        [['get'], ['set', {}], ['touch', aSession()], ['destroy']].map(async ([method, ...rest]) => {
          const error = await fails(store, method, [sid, ...rest], Error)
          assert.ok(error.code === 15 || error.name === 'RangeError', `${error}`)
        }),
      ),
    )
    assert.deepEqual(await Promise.all([store.get(most), store.get(most), store.get('1')]), [
      { n: 1 },
      { n: 1 },
      missing,
    ])
    await store.destroy(most)
    assert.equal(await store.length(), 0)
  })
})

for (const [form, options] of Object.entries({ 'the addon': KEYS, kruptein: CRYPTO })) {
  test(`deep text that ${form} encrypts is read again`, async (t) => {
    const { store, mongoUrl, collection } = server.open(t, options)
    const { collectionName } = collection
    const serialize = ({ text }) => text
    const writer = make(MODERN, { mongoUrl, collectionName, autoRemove: 'disabled', serialize, ...options })
    t.after(() => writer.close())
    for (const levels of [200, FAR_TOO_MANY, 100_000]) {
      await writer.set('s', { text: nestedText(levels) })
      assert.equal(levelsOf(await store.get('s')), levels)
    }
  })
}

test('a deep text in the place of an encrypted session is refused as any other, beside sessions that are read', async (t) => {
  const { store, collection } = server.open(t, CRYPTO)
  await store.set('good', { n: 1 })
  const deep = nestedText(FAR_TOO_MANY)
  const forged = {
    value: deep,
    list: `${'['.repeat(FAR_TOO_MANY)}${']'.repeat(FAR_TOO_MANY)}`,
    member: `{"hmac":"a","ct":${deep},"iv":"b","salt":"c"}`,
    associated: `{"hmac":"a","ct":"b","iv":"c","salt":"d","aad":${deep}}`,
    string: JSON.stringify(deep),
  }
  await collection.insertMany(Object.entries(forged).map(([_id, session]) => ({ _id, session })))
  const [good, ...bad] = await Promise.allSettled(['good', ...Object.keys(forged)].map((sid) => store.get(sid)))
  assert.deepEqual(good.value, { n: 1 })
  for (const { reason } of bad)
    assert.deepEqual([reason?.name, reason?.code], ['MongoStoreCryptoError', 'ERR_SESSION_FORMAT'])
  assert.deepEqual(await store.all(), [{ n: 1 }])
})
