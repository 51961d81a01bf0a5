'use strict'

// Any session that connect-mongo can store comes back as connect-mongo returns it, from the same document. What
// connect-mongo can't store is an error that quotes nothing of it.

const assert = require('node:assert/strict')
const { inspect } = require('node:util')
const { Binary, Decimal128, Double, Int32, Long, MaxKey, ObjectId, Timestamp, UUID } = require('mongodb')
const fc = require('fast-check')
const session = require('express-session')
const { GENUINE, call } = require('../helpers/genuine.js')
const { anything, property } = require('../helpers/property.js')
const { useStores } = require('../helpers/stores.js')

const server = useStores()
const SECRET = 'hunter2'

const special = fc.constantFrom(
  ...[new ObjectId(), Long.MAX_VALUE, Long.fromNumber(5), new Int32(5), new Double(5), Decimal128.fromString('0.10')],
  ...[new Binary(Buffer.from('b')), new UUID(), new Timestamp({ t: 1, i: 2 }), new MaxKey(), Buffer.from('b')],
  ...[new Date(0), new Date(NaN), new Map([['a', new Map()]]), new Set([1]), /x/gi, 2 ** 53, -0, undefined, null],
  { toBSON: () => ({ a: 1 }) },
  { toJSON: () => 'b' },
  { toBSON: () => 5, toJSON: () => 6 },
  Object.assign(Object.create({ inherited: 1 }), { own: 2 }),
  JSON.parse('{"__proto__": {"polluted": true}}'),
  { constructor: { prototype: { polluted: true } } },
  { $set: { a: 1 }, 'a.b': 2, '': 3, _bsontype: 'ObjectId' },
)
const throwing = fc.constantFrom(
  ...['toBSON', 'toJSON'].map((name) => ({
    [name]: () => {
      throw new Error('own')
    },
  })),
  Object.defineProperty({}, 'a', {
    enumerable: true,
    get: () => {
      throw new Error('own')
    },
  }),
)
const cycle = fc.constantFrom('a', 'cookie').map((name) => {
  const circle = { secret: SECRET }
  circle[name] = { circle }
  return circle
})
const value = fc.oneof(
  { weight: 4, arbitrary: anything },
  { weight: 4, arbitrary: special },
  { weight: 1, arbitrary: throwing },
  { weight: 1, arbitrary: cycle },
)
const name = fc.oneof(
  fc.string(),
  fc.constantFrom('a', 'id', 'lastModified', 'expires', '__proto__', 'constructor', 'toJSON', '_id', 'then'),
)
const cookie = fc.oneof(
  fc
    .constantFrom({ maxAge: 60_000 }, { expires: new Date(Date.now() + 3_600_000) }, { httpOnly: false }, {})
    .map((options) => new session.Cookie(options)),
  fc.record({ expires: fc.constantFrom(null, false, new Date(2e12), new Date(2e12).toISOString()), path: fc.string() }),
)
const sessions = fc.tuple(cookie, fc.array(fc.tuple(name, value), { maxLength: 4 })).map(([given, fields]) => {
  const made = { cookie: given }
  for (const [key, each] of fields)
    Object.defineProperty(made, key, { value: each, enumerable: true, configurable: true, writable: true })
  return made
})

/** Whether a session has names that every object has. Objects with them get lost in the BSON of connect-mongo's driver. */
const hasNameOfPrototype = (given) => {
  const shown = inspect(given, { depth: Infinity })
  return Object.getOwnPropertyNames(Object.prototype).some((each) => shown.includes(each))
}

/** How a store answers: its value, or that there was an error. */
async function outcome(act) {
  try {
    return { value: await act() }
  } catch (error) {
    return { error }
  }
}

function assertClear({ error }) {
  if (error === undefined || error.message === 'own') return
  assert.ok(error instanceof Error, `${inspect(error)} is not an error`)
  assert.doesNotMatch(error.message, new RegExp(SECRET))
}

for (const stringify of [true, false]) {
  let stores
  const opened = (t) => {
    const { store, mongoUrl, collection } = server.open(t, { stringify })
    const theirs = GENUINE['connect-mongo 6']({
      mongoUrl,
      collectionName: collection.collectionName,
      stringify,
      autoRemove: 'disabled',
    })
    t.after(() => theirs.close())
    return { store, theirs, collection }
  }

  property(
    `with stringify: ${stringify}, a session comes back as connect-mongo returns it, from the same document`,
    [sessions],
    async (given, t) => {
      stores ??= opened(t)
      const { store, theirs, collection } = stores
      const [ours, genuine] = [
        await outcome(() => store.set('ours', given)),
        await outcome(() => call(theirs, 'set', 'theirs', given)),
      ]
      assertClear(ours)
      if (genuine.error || (!stringify && hasNameOfPrototype(given))) return
      assert.equal(ours.error, undefined)
      const stored = await collection
        .find({}, { promoteValues: false, projection: { expires: 0, _id: 0 } })
        .sort({ _id: 1 })
        .toArray()
      assert.deepEqual(stored[0], stored[1])
      const [found, expected] = [
        await outcome(() => store.get('ours')),
        await outcome(() => call(theirs, 'get', 'theirs')),
      ]
      assertClear(found)
      assert.equal({}.polluted, undefined)
      // connect-mongo also gives what is no session, such as a number that a `toJSON` made of it.
      if (expected.error || typeof expected.value !== 'object') return
      assert.deepEqual(found, expected)
      await collection.deleteMany({})
    },
    { runs: 100 },
  )
}
