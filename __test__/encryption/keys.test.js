'use strict'

// Keys derived from a secret: one per record for connect-mongo's `crypto`, and a single one for all Web Crypto records.

const assert = require('node:assert/strict')
const dns = require('node:dns')
const { readFile } = require('node:fs/promises')
const { test } = require('node:test')
const { MongoClient } = require('mongodb')
const { createKrupteinAdapter, createWebCryptoAdapter } = require('connect-mongo-native')
const { encryptionOf } = require('../../lib/encryption/encryption.js')
const { SessionCipher } = require('../../lib/connection/fallback/cipher.js')
const { aSession, make, useStores } = require('../helpers/stores.js')
const {
  STYLES: [MODERN],
} = require('../helpers/styles.js')
const { insist, until } = require('../helpers/wait.js')

const server = useStores()

const SECRET = 'AB12!@squirrel'
const RECORDS = 100
/** Too short to derive so many keys, and long enough for one. */
const LIMIT = 1000 // ms
const PATIENCE = 300_000 // ms

/** Records with a salt each, and so a key each, like those of connect-mongo. */
async function storeRecords(collection) {
  const session = JSON.stringify(aSession({ user: 'zoë' }))
  for (let at = 0; at < RECORDS; at += 1) {
    const record = await createKrupteinAdapter({ secret: SECRET }).encrypt(session)
    await collection.insertOne({ _id: `s${at}`, session: record, expires: new Date(Date.now() + 3_600_000) })
  }
  await collection.insertOne({ ...(await collection.findOne({ _id: 's0' })), _id: 'broken', session: 'no record' })
}

test('reads of files and look-ups of names are answered while keys are derived', async () => {
  const order = []
  const note = (what) => () => order.push(what)
  const keys = Array.from({ length: 8 }, (_, number) =>
    createWebCryptoAdapter({ secret: `squirrel ${number}`, iterations: 800_000 })
      .encrypt('hello')
      .then(note('key')),
  )
  await Promise.all([readFile(__filename).then(note('file')), dns.promises.lookup('localhost').then(note('name'))])
  // Node's pool has four threads. If derivations used it, at least four keys would come first.
  assert.ok(order.filter((what) => what === 'key').length < 4, order.join())
  await Promise.all(keys)
  assert.equal(order.length, keys.length + 2)
})

test('a store that works through a client stops waiting for a key at its time limit', async () => {
  const record = await createKrupteinAdapter({ secret: SECRET }).encrypt('hello')
  const encryption = encryptionOf({ crypto: { secret: SECRET } })
  await assert.rejects(new SessionCipher(encryption, 1).open('s', record), { name: 'MongoOperationTimeoutError' })
  assert.equal(await new SessionCipher(encryption, PATIENCE).open('s', record), 'hello')
})

const PLACES = {
  'the addon': (t, { mongoUrl }, limit) => ({ mongoUrl: `${mongoUrl}?timeoutMS=${limit}` }),
  // Only its own driver supports this client.
  'a client': (t, { mongoUrl }, limit) => {
    const client = new MongoClient(mongoUrl, {
      lookup: dns.lookup,
      serverSelectionTimeoutMS: limit / 2,
      socketTimeoutMS: limit / 2,
    })
    t.after(() => client.close())
    return { client }
  },
}

for (const [name, placeOf] of Object.entries(PLACES)) {
  test(`by ${name}: a read is answered though many before it gave up waiting for their keys, and all reads all`, async (t) => {
    const open = (where, limit) => {
      const store = make(MODERN, {
        ...placeOf(t, where, limit),
        dbName: where.dbName,
        crypto: { secret: SECRET },
        autoRemove: 'disabled',
      })
      t.after(() => store.close())
      return store
    }
    let place
    // Each round has records of its own, as keys are kept: a slow machine may miss the limit once.
    const read = await until('a read in time', async () => {
      place = server.place()
      await storeRecords(place.db.collection('sessions'))
      const hasty = open(place, LIMIT)
      await insist(() => hasty.touch('s0', aSession()))
      const reads = Array.from({ length: RECORDS - 1 }, (_, at) => hasty.get(`s${at}`))
      for (const { status, value, reason } of await Promise.allSettled(reads)) {
        if (status === 'fulfilled') assert.equal(value.user, 'zoë')
        else assert.equal(reason.name, 'MongoOperationTimeoutError')
      }
      return hasty.get(`s${RECORDS - 1}`).catch((error) => assert.equal(error.name, 'MongoOperationTimeoutError'))
    })
    assert.equal(read.user, 'zoë')

    // `all` omits the unreadable one.
    assert.equal((await open(place, PATIENCE).all()).length, RECORDS)
  })
}
