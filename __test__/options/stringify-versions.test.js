'use strict'

// Values of each version of `bson` in a session that is stored as a document: an application may have several drivers.

const assert = require('node:assert/strict')
const { createRequire } = require('node:module')
const { test } = require('node:test')
const { MongoStore: Genuine } = require('connect-mongo-6')
const { EJSON } = require('bson')
const { call } = require('../helpers/genuine.js')
const { aSession, eachStyle, useStores } = require('../helpers/stores.js')

const server = useStores()
/** By the major version of bson, the mongoose that brings it. */
const OWNERS = { 1: 'mongoose-5', 4: 'mongoose-6', 5: 'mongoose-7', 6: 'mongoose-8', 7: 'mongoose-9' }

const bsonOf = (version) =>
  createRequire(createRequire(require.resolve(`${OWNERS[version]}/package.json`)).resolve('mongodb'))('bson')

const HEX = '0123456789abcdef01234567'
function valuesOf({ ObjectId, ObjectID = ObjectId, Decimal128, Long, Binary, Double, Int32, MinKey }) {
  return {
    id: new ObjectID(HEX),
    decimal: Decimal128.fromString('1.50'),
    long: Long.fromString('9007199254740993'),
    binary: new Binary(Buffer.from('bytes'), 0),
    double: new Double(1.5),
    int: new Int32(7),
    least: new MinKey(),
    date: new Date(5),
    list: [{ id: new ObjectID(HEX) }],
    map: new Map([['id', new ObjectID(HEX)]]),
  }
}

eachStyle(({ style }) => {
  for (const version of Object.keys(OWNERS)) {
    test(`values of bson ${version} are stored as those of the application's own mongodb package`, async (t) => {
      const { store, collection, dbName } = server.open(t, { stringify: false }, style)
      await store.set('ours', aSession(valuesOf(bsonOf(version))))
      const genuine = Genuine.create({
        client: server.client(),
        dbName,
        collectionName: collection.collectionName,
        autoRemove: 'disabled',
        stringify: false,
      })
      await call(genuine, 'set', 'theirs', aSession(valuesOf(require('mongodb'))))
      const exact = { promoteValues: false, promoteLongs: false, promoteBuffers: false }
      const [ours, theirs] = await collection.find({}, exact).sort({ _id: 1 }).toArray()
      for (const document of [ours, theirs]) delete document.session.cookie
      assert.equal(
        EJSON.stringify(ours.session, { relaxed: false }),
        EJSON.stringify(theirs.session, { relaxed: false }),
      )
      const { id } = await store.get('ours')
      assert.ok(id instanceof require('mongodb').ObjectId)
    })
  }

  test('a session that refers to itself, beside a value of another version, is an error', async (t) => {
    const { store } = server.open(t, { stringify: false }, style)
    const session = aSession({ id: new (bsonOf(7).ObjectId)() })
    session.self = session
    await assert.rejects(store.set('s', session), Error)
  })
})
