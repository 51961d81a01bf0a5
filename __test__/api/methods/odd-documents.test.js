'use strict'

// Documents that other programs put into the collection. `get` gives an object, nothing or an Error. The Error is as
// safe to print as any other: it quotes nothing of the stored data.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { test } = require('node:test')
const { Binary, Decimal128, Long, ObjectId } = require('mongodb')
const { MARK, insertRaw } = require('../../helpers/raw-insert.js')
const { HOUR, eachStyle, resultsOf, useStores } = require('../../helpers/stores.js')

const server = useStores()
const soon = new Date(Date.now() + HOUR)
const SECRET = 'hunter2'
/** Bytes that never occur in UTF-8, with the secret among them. */
const NOT_UTF8 = Buffer.from('\xff\xfe\xfd\xfc\xfb\xfa', 'latin1')

const ERROR = Symbol('an Error')
const OBJECT = Symbol('an object')
const NOTHING = Symbol('nothing')

/** Each case has a document, and the results of get with `stringify` and without. */
const DOCUMENTS = {
  'text that is no JSON': [{ session: `{bad ${SECRET}` }, ERROR],
  'empty text': [{ session: '' }, ERROR],
  'JSON text of null': [{ session: 'null' }, NOTHING],
  'JSON text of a number': [{ session: '5' }, ERROR],
  'JSON text of text': [{ session: `"${SECRET}"` }, ERROR],
  'JSON text of true': [{ session: 'true' }, ERROR],
  'JSON text of an array': [{ session: '[1]' }, OBJECT],
  'JSON text with a cookie that is null': [{ session: '{"cookie":null}', expires: soon }, OBJECT],
  'JSON text with a cookie that is text': [{ session: `{"cookie":"${SECRET}"}`, expires: soon }, OBJECT],
  'JSON text with a cookie date that is none': [{ session: '{"cookie":{"expires":"never"}}', expires: soon }, OBJECT],
  'JSON text with NUL and half a surrogate pair': [{ session: '{"a":"\\u0000\\ud800"}' }, OBJECT],
  'deep JSON text': [{ session: `${'['.repeat(5000)}${']'.repeat(5000)}` }, OBJECT],
  'no session field': [{ user: SECRET }, ERROR, NOTHING],
  null: [{ session: null }, NOTHING],
  'a BSON document': [{ session: { user: 'x', cookie: { path: '/' } } }, OBJECT],
  'an empty BSON document': [{ session: {} }, OBJECT],
  'a BSON array': [{ session: [SECRET] }, OBJECT],
  'a BSON integer': [{ session: 5 }, ERROR],
  'a BSON long integer': [{ session: Long.fromString('9007199254740993') }, OBJECT],
  'a BSON double': [{ session: 0.5 }, ERROR],
  'a BSON boolean': [{ session: false }, ERROR],
  'a BSON date': [{ session: new Date(0) }, OBJECT],
  'a BSON binary': [{ session: new Binary(Buffer.from(SECRET)) }, OBJECT],
  'a BSON ObjectId': [{ session: new ObjectId() }, OBJECT],
  'a BSON decimal': [{ session: Decimal128.fromString('0.1') }, OBJECT],
  'a BSON document with $ in its names': [{ session: { $ref: 'x', $id: 5, 'a.b': 1 } }, OBJECT],
  'an expires that is null': [{ session: '{}', expires: null }, NOTHING],
  'an expires that is text': [{ session: '{}', expires: soon.toISOString() }, NOTHING],
  'an expires that is a number': [{ session: '{}', expires: soon.getTime() }, NOTHING],
  'an expires that is an array of dates': [{ session: '{}', expires: [soon] }, NOTHING],
  'an expires in the past': [{ session: `{bad ${SECRET}`, expires: new Date(0) }, NOTHING],
  'a lastModified that is text': [{ session: '{}', lastModified: SECRET }, OBJECT],
  'a lastModified that is null': [{ session: '{}', lastModified: null }, OBJECT],
  'a lastModified beside a session that is null': [{ session: 'null', lastModified: new Date() }, NOTHING],
  'a lastModified beside a session that is a number': [{ session: '5', lastModified: new Date() }, ERROR],
}

function check([error, session], expected, missing) {
  if (expected === ERROR) {
    assert.ok(error instanceof Error, 'an Error')
    assert.doesNotMatch(`${error.stack} ${JSON.stringify(error)} ${error.cause ?? ''}`, new RegExp(SECRET))
    return
  }
  assert.equal(error, null)
  if (expected === NOTHING) assert.equal(session, missing)
  else assert.ok(session !== null && typeof session === 'object', 'an object')
}

for (const stringify of [true, false]) {
  eachStyle(({ style, missing }) => {
    test(`get gives an object, nothing or an Error for any document, with stringify: ${stringify}`, async (t) => {
      const { store, collection } = server.open(t, { stringify, touchAfter: 60 }, style)
      for (const [what, [fields, withText, withObjects = withText]] of Object.entries(DOCUMENTS)) {
        await t.test(what, async () => {
          await collection.insertOne({ _id: what, ...fields })
          check(await resultsOf(store, 'get', what), stringify ? withText : withObjects, missing)
        })
      }
    })
  })
}

eachStyle(({ style }) => {
  test('get gives an Error for text that is not UTF-8', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    const documents = { text: { session: `{"a":"${MARK}"}` }, value: { session: { a: MARK } } }
    for (const [_id, fields] of Object.entries(documents)) {
      await insertRaw(collection, { _id, ...fields }, NOT_UTF8)
      check(await resultsOf(store, 'get', _id), ERROR)
    }
  })

  test('get reads a session beside text that is not UTF-8, in the name of a field or in another field', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    const documents = { name: { session: { [MARK]: 1 } }, beside: { session: '{"a":1}', user: MARK } }
    for (const [_id, fields] of Object.entries(documents)) {
      await insertRaw(collection, { _id, ...fields }, NOT_UTF8)
      check(await resultsOf(store, 'get', _id), OBJECT)
    }
  })

  test('all leaves out what it cannot read, and says so by a process warning', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    await store.set('good', { a: 1 })
    const unreadable = { text: '{bad', number: '5', integer: 5 }
    for (const [_id, session] of Object.entries(unreadable)) await collection.insertOne({ _id, session })
    await collection.insertOne({ _id: 'without' })
    await insertRaw(collection, { _id: 'bytes', session: `{"a":"${MARK}"}` }, NOT_UTF8)
    await collection.insertOne({ _id: 'null', session: null })
    assert.deepEqual(await resultsOf(store, 'all'), [null, [{ a: 1 }]])
  })
})

test('the warning of all has a code, and quotes nothing of what is stored', async (t) => {
  // The warning comes once per process, however many stores and documents there are.
  const { runProgram } = require('../../helpers/child.js')
  const { mongoUrl, collection } = server.open(t)
  await collection.insertOne({ _id: SECRET, session: `{bad ${SECRET}` })
  const { code, lines } = await runProgram(
    async ({ url, collectionName }) => {
      process.on('warning', ({ code: warningCode, message }) => console.log(JSON.stringify([warningCode, message])))
      const store = require('connect-mongo-native').create({ mongoUrl: url, collectionName })
      await store.all()
      await store.all()
      await store.close()
    },
    { url: mongoUrl, collectionName: collection.collectionName },
  )
  assert.equal(code, 0)
  assert.equal(lines.length, 1)
  const [warningCode, message] = JSON.parse(lines[0])
  assert.equal(warningCode, 'MONGO_STORE_UNREADABLE')
  assert.doesNotMatch(message, new RegExp(SECRET))
})

eachStyle(({ style }) => {
  test('what cannot be read can be replaced, touched and removed', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    await collection.insertOne({ _id: 's', session: '{bad', expires: soon })
    await store.touch('s', { cookie: { expires: new Date(Date.now() + 2 * HOUR) } })
    await assert.rejects(store.get('s'), /not valid JSON/)
    await store.set('s', { a: 1 })
    assert.deepEqual(await store.get('s'), { a: 1 })
    await collection.updateOne({ _id: 's' }, { $set: { session: '{bad' } })
    await store.destroy('s')
    assert.equal(await collection.countDocuments(), 0)
  })

  test('get emits no event for what cannot be read', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    await collection.insertMany([
      { _id: 'bad', session: '{bad' },
      { _id: 'good', session: '{}' },
    ])
    const first = once(store, 'get')
    await assert.rejects(store.get('bad'))
    await store.get('good')
    assert.deepEqual(await first, ['good'])
  })
})
