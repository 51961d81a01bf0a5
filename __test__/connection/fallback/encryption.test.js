'use strict'

// Encrypted sessions in a store that uses a client of the `mongodb` package. Its records equal those of a store that
// uses the addon, and it never stores plain text.

const assert = require('node:assert/strict')
const dns = require('node:dns')
const { test } = require('node:test')
const { MongoClient, ObjectId } = require('mongodb')
const { oldServer } = require('../../helpers/altered-server.js')
const { aSession, eachStyle, fails, make, resultsOf, useStores } = require('../../helpers/stores.js')

const server = useStores()

const SECRET = 'squirrel SQUIRREL 12 !?'
const OLD = { id: 'old', secret: Buffer.alloc(32, 7) }
const NEW = { id: 'new', secret: Buffer.alloc(32, 8) }
const ENCRYPTION = { encryption: { keys: [NEW, OLD] } }
const OF_BOTH = {
  encryption: ENCRYPTION,
  'encryption with hashed ids': { encryption: { ...ENCRYPTION.encryption, hashIds: true } },
}
const OF_MODERN = {
  crypto: { crypto: { secret: SECRET } },
  'an adapter in JavaScript': {
    cryptoAdapter: {
      encrypt: async (text) => Buffer.from(text).toString('hex'),
      decrypt: async (record) => Buffer.from(record, 'hex').toString(),
    },
  },
}
const OF_FACTORY = { secret: { secret: SECRET } }

eachStyle(({ style, isFactory, missing }) => {
  /** A store through a client that only its own driver supports, and the same store through the addon. */
  function open(t, options) {
    const { mongoUrl, db } = server.place()
    const client = new MongoClient(mongoUrl, { lookup: dns.lookup })
    t.after(() => client.close())
    const stores = [{ client }, { [style.ofUrl]: mongoUrl }].map((place) => make(style, { ...place, ...options }))
    for (const store of stores) t.after(() => store.close())
    return { stores, collection: db.collection('sessions') }
  }

  for (const [what, options] of Object.entries({ ...OF_BOTH, ...(isFactory ? OF_FACTORY : OF_MODERN) })) {
    test(`${what}: a store through a client and one by the addon read each other's records, and no text is plain`, async (t) => {
      const {
        stores: [through, native],
        collection,
      } = open(t, options)
      for (const [writer, reader] of [
        [through, native],
        [native, through],
      ]) {
        await writer.set('s', aSession({ word: 'acorn' }))
        assert.equal((await reader.get('s')).word, 'acorn')
        assert.equal((await writer.get('s')).word, 'acorn')
        assert.deepEqual(
          (await reader.all()).map(({ word }) => word),
          ['acorn'],
        )
        const [document] = await collection.find().toArray()
        assert.equal(typeof document.session, 'string')
        assert.doesNotMatch(document.session, /acorn/)
        assert.equal(/^cmnid1\./.test(document._id), what.endsWith('hashed ids'))
        await reader.touch('s', await reader.get('s'))
        await reader.destroy('s')
        assert.equal(await collection.countDocuments(), 0)
      }
    })
  }

  test('values of BSON survive encryption through a client', async (t) => {
    const {
      stores: [through, native],
    } = open(t, { stringify: false, ...ENCRYPTION })
    const session = { date: new Date(5), id: new ObjectId(), bytes: Buffer.from([0, 255]) }
    await through.set('s', session)
    for (const store of [through, native]) {
      const { date, id, bytes } = await store.get('s')
      assert.deepEqual([date, String(id), Buffer.from(bytes.buffer)], [session.date, String(session.id), session.bytes])
    }
  })

  test('a record is bound to its id, of whatever type, through a client as well', async (t) => {
    const transformId = (sid) => new ObjectId(Buffer.from(sid.padEnd(12)))
    const {
      stores: [through, native],
      collection,
    } = open(t, { transformId, ...ENCRYPTION })
    await through.set('s', { a: 1 })
    assert.deepEqual(await native.get('s'), { a: 1 })
    assert.deepEqual(await through.all(), [{ a: 1 }])
    const { session } = await collection.findOne({ _id: transformId('s') })
    await collection.insertOne({ _id: transformId('t'), session })
    await fails(through, 'get', ['t'], { code: 'ERR_SESSION_TAMPERED' })
    assert.deepEqual(await through.all(), [{ a: 1 }])
  })

  test('a session that is not encrypted is not read through a client, or counts as none where that is wanted', async (t) => {
    const {
      stores: [through],
      collection,
    } = open(t, ENCRYPTION)
    await collection.insertOne({ _id: 's', session: '{"a":1}' })
    await fails(through, 'get', ['s'], { code: 'ERR_SESSION_FORMAT' })
    const {
      stores: [forgetful],
      collection: other,
    } = open(t, { ...ENCRYPTION, onDecryptError: 'new-session' })
    await other.insertOne({ _id: 's', session: '{"a":1}' })
    assert.deepEqual(await resultsOf(forgetful, 'get', 's'), [null, missing])
  })

  test('sessions stay encrypted where the addon finds servers that are too old for it', async (t) => {
    const { mongoUrl, db } = server.place()
    const [, host] = /\/\/([^/]+)/.exec(mongoUrl)
    const url = mongoUrl.replace(host, await oldServer(t, host))
    const store = make(style, { [style.ofUrl]: url, ...OF_BOTH['encryption with hashed ids'] })
    t.after(() => store.close())
    const set = store.set('s', aSession({ word: 'acorn' }))
    assert.equal((await store.get('s')).word, 'acorn')
    await set
    assert.equal(store.client.options.hosts.length, 1)
    const [{ _id, session }] = await db.collection('sessions').find().toArray()
    assert.match(_id, /^cmnid1\./)
    assert.match(session, /^cmn1\.new\./)
  })
})
