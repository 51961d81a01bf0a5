'use strict'

// Session data that looks like something else: operators, paths, extended JSON, prototypes. It comes back as what it was,
// whoever stored it and in whatever form, and as connect-mongo gives it.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { GENUINE, call, genuine3 } = require('../../helpers/genuine.js')
const { eachStyle, useStores } = require('../../helpers/stores.js')

const server = useStores()

/** JSON texts of sessions, one per kind. */
const LOOK_ALIKES = {
  'operators of updates': '{"$set":{"admin":true},"$unset":{"cookie":1},"$inc":{"visits":1},"$where":"sleep(1000)"}',
  'operators of queries': '{"user":{"$ne":null},"name":{"$regex":".*"},"$or":[{}],"$expr":{"$function":{}}}',
  'paths and positions': '{"a.b":1,"a":{"b.c":{"":2},"$":3,"$[]":4},"session.admin":true,"_id":"other","expires":null}',
  'extended JSON':
    '{"id":{"$oid":"0123456789abcdef01234567"},"long":{"$numberLong":"9007199254740993"},"date":{"$date":"2030-01-01T00:00:00Z"},' +
    '"decimal":{"$numberDecimal":"0.1"},"bytes":{"$binary":{"base64":"AA==","subType":"00"}},"key":{"$minKey":1},' +
    '"code":{"$code":"f()","$scope":{}},"ref":{"$ref":"users","$id":1},"pattern":{"$regularExpression":{"pattern":"a","options":""}}}',
  'types of BSON': '{"value":{"_bsontype":"ObjectId","id":"x"},"list":[{"_bsontype":"Long","low":1,"high":1}]}',
  prototypes:
    '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"prototype":{"admin":true},' +
    '"deep":[{"__proto__":{"admin":true}}],"toString":"text","hasOwnProperty":1,"then":"later","toJSON":"no function"}',
  'a record of an encrypted session': '{"hmac":"a","ct":"b","iv":"c","salt":"d","type":"json","value":"{}"}',
}
/** What `stringify: false` can't store, in connect-mongo either: the bson package takes such an object for its own. */
const isOfBson = (what, { stringify }) => what === 'types of BSON' && stringify === false

const KEYS = { encryption: { keys: [{ id: 'k', secret: 'k'.repeat(32) }] } }
const FORMS = {
  text: {},
  'a document': { stringify: false },
  'encrypted text': KEYS,
  'an encrypted document': { ...KEYS, stringify: false },
  'text that kruptein encrypts': { crypto: { secret: 'Squirrel & Acorn, 12 of them!' } },
}

/** Checks that a session has the properties of a JSON text as its own, and plain objects only. */
function isAs(found, text) {
  assert.equal(
    JSON.stringify({ ...found, toJSON: undefined }),
    JSON.stringify({ ...JSON.parse(text), toJSON: undefined }),
  )
  assert.equal(Object.getPrototypeOf(found), Object.prototype)
  assert.equal(found.admin, undefined)
  assert.equal({}.admin, undefined, 'the prototype of all objects')
}

eachStyle(({ style }) => {
  for (const [form, options] of Object.entries(FORMS)) {
    test(`a session comes back as what it was, stored as ${form}, whatever it looks like`, async (t) => {
      const { store } = server.open(t, options, style)
      const texts = Object.entries(LOOK_ALIKES).filter(([what]) => !isOfBson(what, options))
      for (const [what, text] of texts) {
        await t.test(what, async () => {
          await store.set(what, JSON.parse(text))
          isAs(await store.get(what), text)
          // A second save stores what was read.
          await store.set(what, await store.get(what))
          isAs(await store.get(what), text)
        })
      }
      for (const found of await store.all()) assert.equal(found.admin, undefined)
      assert.equal(await store.length(), texts.length, 'no session has reached another document')
    })
  }

  // The driver of connect-mongo 3 has other classes for values of BSON, so only text is the same.
  for (const [release, open, stringify] of [
    ['6', GENUINE['connect-mongo 6'], true],
    ['6', GENUINE['connect-mongo 6'], false],
    ['3', genuine3, true],
  ]) {
    test(`connect-mongo ${release} gives the same session, with stringify: ${stringify}`, async (t) => {
      const { store, mongoUrl, collection } = server.open(t, { stringify }, style)
      const { collectionName } = collection
      const theirs = open({ mongoUrl, collectionName, autoRemove: 'disabled', stringify })
      t.after(() => theirs.close())
      for (const [what, text] of Object.entries(LOOK_ALIKES)) {
        if (isOfBson(what, { stringify })) continue
        await store.set(what, JSON.parse(text))
        const [ours, genuine] = [await store.get(what), await call(theirs, 'get', what)]
        assert.deepEqual(Object.entries(ours), Object.entries(genuine), what)
      }
    })
  }

  test('an object that only looks like a value of BSON fails its own set', async (t) => {
    const { store } = server.open(t, { stringify: false }, style)
    const results = await Promise.allSettled([
      store.set('a', { n: 1 }),
      store.set('b', { value: { _bsontype: 'ObjectId', id: 'x' } }),
      store.set('c', { n: 1 }),
    ])
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.equal(await store.length(), 2)
  })
})
