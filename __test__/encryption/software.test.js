'use strict'

// Without the addon, sessions are encrypted in the same formats, which the addon and the genuine packages read.

const assert = require('node:assert/strict')
const crypto = require('node:crypto')
const { describe, test } = require('node:test')
const { inspect } = require('node:util')
const { serialize } = require('bson')
const genuine = require('connect-mongo-6')
const { KRUPTEINS } = require('../helpers/genuine.js')
const { runProgram } = require('../helpers/child.js')
const {
  ALGORITHMS,
  CIPHERS,
  ENCODINGS,
  HASHES,
  NONCES,
  PATIENCE,
  RELEASES,
  SECRET,
  both,
  comparable,
  keys,
  kruptein,
  secret,
  settingsOf,
  web,
} = require('../helpers/ciphers.js')

const TEXT = JSON.stringify({ user: 'zoë', text: '日本語 \u{1F511} \u2028 "\\\b\f\n\r\t\u0001' })
const TEXTS = ['', 'hello', TEXT, 'half a pair: \ud800', JSON.stringify('text'), 'x'.repeat(100_000)]
const isGcm = (algorithm) => algorithm.endsWith('gcm')
const noncesOf = (algorithm) => (isGcm(algorithm) ? NONCES : [16])
const product = (...lists) =>
  lists.reduce((rows, list) => rows.flatMap((row) => list.map((value) => [...row, value])), [[]])

/** Has each cipher read what the other one writes: sessions of a store, and texts of an adapter. */
async function assertExchange(formats, { ids = ['an id'], sessions = [TEXT], texts = [] } = {}) {
  const ciphers = both(formats)
  for (const [writer, reader] of [
    ['addon', 'software'],
    ['software', 'addon'],
  ]) {
    const [from, to] = [ciphers[writer], ciphers[reader]]
    for (const [id, session] of product(ids, sessions)) {
      const record = await from.seal(id, session, PATIENCE)
      assert.equal(typeof record, 'string', `${writer}: ${record}`)
      const wanted = comparable(await from.open(id, record, PATIENCE))
      assert.ok(typeof wanted === 'string', `${writer}: ${wanted}`)
      assert.deepEqual(comparable(await to.open(id, record, PATIENCE)), wanted, inspect(formats))
    }
    for (const text of texts) {
      const record = await from.encrypt(text)
      assert.deepEqual(await to.decrypt(record), await from.decrypt(record))
    }
  }
}

const jsonOf = (json) => serialize({ json })
const OBJECTS = ['{"a":1}', '[1,2]', 'null', '5', '"text"', TEXT].map(jsonOf)

describe("kruptein's format: the addon reads what is written without it, and the other way round", () => {
  for (const release of RELEASES) {
    // Every writer has a key to derive, so that encodings and nonces take turns.
    for (const [at, algorithm] of ALGORITHMS.entries()) {
      test(`${release} with ${algorithm} and every hash, in different encodings and with nonces of different sizes`, async () => {
        const nonces = noncesOf(algorithm)
        await Promise.all(
          HASHES.map((hashing, of) => {
            const [encoding, ivLen] = [
              ENCODINGS[(at + of) % ENCODINGS.length],
              nonces[((at >> 1) + of) % nonces.length],
            ]
            return assertExchange(kruptein({ release, algorithm, hashing, encoding, ivLen }))
          }),
        )
      })
    }
  }

  test('objects, and texts of every kind', async () => {
    for (const release of RELEASES)
      await assertExchange(kruptein({ release }), { sessions: [...TEXTS, ...OBJECTS], texts: TEXTS })
  })
})

test("Web Crypto's format, with every mode, encoding and nonce, and with hooks", async () => {
  for (const [gcm, encoding, parses] of product([true, false], ENCODINGS, [true, false])) {
    for (const ivLen of gcm ? NONCES : [16])
      await assertExchange(web({ gcm, encoding, ivLen, parses }), { sessions: [...TEXTS, ...OBJECTS], texts: TEXTS })
  }
})

test('the format of `secret`, with every algorithm, hash, encoding and nonce', async () => {
  /** The random bytes whose text is a nonce. */
  const sizes = { base64: [9, 12, 18, 24], base64url: [9, 12, 18, 24], hex: [6, 8, 12, 16] }
  for (const [at, [algorithm, hashing, encoding]] of product(ALGORITHMS.filter(isGcm), HASHES, ENCODINGS).entries())
    await assertExchange(secret({ algorithm, hashing, encoding, ivLen: sizes[encoding][Math.floor(at / 3) % 4] }))
  await assertExchange(secret(), { sessions: [...TEXTS, ...OBJECTS] })
})

test('the format of `encryption`, for ids and sessions of each kind, with each key', async () => {
  const ids = ['an id', 'zoë', serialize({ id: 5 }), serialize({ id: 'an id' })]
  const sessions = [...TEXTS, ...OBJECTS, serialize({ session: { date: new Date(5) } })]
  await assertExchange(keys('new', 'old'), { ids, sessions })
  const before = both(keys('new'))
  const after = both(keys('newer', 'new'))
  for (const [writer, reader] of product(Object.keys(CIPHERS), Object.keys(CIPHERS))) {
    const record = await before[writer].seal('an id', TEXT, PATIENCE)
    assert.equal(await after[reader].open('an id', record, PATIENCE), TEXT)
  }
})

test('ids are hashed alike, the one of the newest key first', () => {
  const { addon, software } = both(keys('new', 'old'))
  for (const sid of ['an id', 'zoë \u{1F511}', '', 'half a pair: \ud800']) {
    assert.equal(software.hashIds(sid).length, 2)
    assert.deepEqual(software.hashIds(sid), addon.hashIds(sid))
  }
  assert.deepEqual(both(kruptein()).software.hashIds('an id'), [])
})

describe('the genuine kruptein', () => {
  const call = (instance, method, text) =>
    new Promise((resolve, reject) => {
      instance[method](SECRET.toString(), text, (error, value) => (error ? reject(new Error(error)) : resolve(value)))
    })
  /** What a package writes, and is written for it; nothing is written for 2.2.3. */
  const FORMS = { '3.0.8': '3.0', '3.1.1': '3.1', '3.3.0': '3.3', '3.4.0': '3.4' }
  const refuses = {
    // No store of that time could have AES-CBC.
    '2.2.3': /cbc/,
    '3.3.0': /aes-128/,
    '3.4.0': /aes-128/,
  }

  for (const [release, name] of Object.entries(KRUPTEINS)) {
    test(`${release}: each reads what the other one writes, with every algorithm, hash and encoding`, async () => {
      const Kruptein = require(name)
      const algorithms = ALGORITHMS.filter((algorithm) => !refuses[release]?.test(algorithm))
      for (const [at, [algorithm, hashing]] of product(algorithms, HASHES).entries()) {
        const encoding = ENCODINGS[at % ENCODINGS.length]
        const options = { algorithm, hashing, encodeas: encoding }
        const { software } = both(kruptein({ algorithm, hashing, encoding, release: FORMS[release] ?? '3.0' }))
        const given = await call(Kruptein(options), 'set', TEXT)
        assert.equal(await software.open('an id', given, PATIENCE), TEXT, inspect(options))
        if (!FORMS[release]) continue
        const read = await call(Kruptein(options), 'get', await software.encrypt(TEXT))
        assert.ok([TEXT, JSON.stringify(TEXT)].includes(read), inspect(options))
      }
    })
  }

  test('3.4.0 in JSON', async () => {
    const { addon, software } = both(kruptein())
    const options = { hashing: 'sha512', use_asn1: false }
    const record = await call(require(KRUPTEINS['3.4.0'])(options), 'set', TEXT)
    assert.match(record, /^\{/)
    assert.equal(await software.open('an id', record, PATIENCE), TEXT)
    assert.equal(await addon.open('an id', record, PATIENCE), TEXT)
  })
})

test('the genuine adapters of connect-mongo 6 read what is written without the addon, and the other way round', async () => {
  const theirs = { secret: SECRET.toString(), salt: 'pepper', iterations: 1000 }
  const pairs = [
    [kruptein(), genuine.createKrupteinAdapter({ secret: SECRET.toString() })],
    [web(), genuine.createWebCryptoAdapter(theirs)],
    [web({ encoding: 'hex', ivLen: 16 }), genuine.createWebCryptoAdapter({ ...theirs, encoding: 'hex', ivLength: 16 })],
    [web({ gcm: false, ivLen: 16 }), genuine.createWebCryptoAdapter({ ...theirs, algorithm: 'AES-CBC' })],
  ]
  for (const [formats, adapter] of pairs) {
    const { software } = both(formats)
    for (const text of ['', TEXT]) {
      const wanted = await adapter.decrypt(await adapter.encrypt(text))
      assert.equal(await adapter.decrypt(await software.encrypt(text)), wanted)
      assert.equal(await software.decrypt(await adapter.encrypt(text)), wanted)
    }
  }
})

test('what the operating system refuses is an error of the session', async (t) => {
  const refuse = () => {
    throw new Error('no entropy')
  }
  const { software } = both(keys('new'))
  t.mock.method(crypto, 'randomBytes', refuse)
  assert.deepEqual((await software.seal('an id', TEXT, PATIENCE)).slice(2), [null, 'ERR_SESSION_RANDOM'])
})

test('no secret is in what is printed of a cipher', () => {
  for (const formats of [kruptein(), web(), secret(), keys('new')]) {
    const cipher = new CIPHERS.software(settingsOf(formats))
    assert.doesNotMatch(inspect(cipher, { depth: 9, showHidden: true }), /squirrel|Buffer|KeyObject/)
  }
})

test('where there is the addon, nothing of what stands in for it is loaded', async () => {
  const main = () => {
    const { MongoStore, createKrupteinAdapter } = require('connect-mongo-native')
    const encryption = { keys: [{ id: 'a', secret: Buffer.alloc(32) }] }
    const old = { secret: 'squirrel' }
    const store = MongoStore.create({ mongoUrl: 'mongodb://127.0.0.1:1/test', encryption, crypto: old })
    store.on('error', () => {})
    createKrupteinAdapter(old)
      .encrypt('text')
      .then(() => {
        console.log(Object.keys(require.cache).filter((name) => name.includes('software')).length)
        process.exit()
      })
  }
  const { lines } = await runProgram(main, {}, { env: { CONNECT_MONGO_NATIVE_ADDON: '' } })
  assert.deepEqual(lines, ['0'])
})
