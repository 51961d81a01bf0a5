'use strict'

// Without the addon, what is wrong with a stored value gives the same error, or the same session: for values of many kinds,
// made from one seed. SEED repeats a run, and COUNT sets how many values each format gets.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { serialize } = require('bson')
const {
  PATIENCE,
  both,
  comparable,
  keys,
  kruptein,
  secret,
  settingsOf,
  web,
  CIPHERS,
  SECRET,
} = require('../helpers/ciphers.js')
const { KRUPTEINS } = require('../helpers/genuine.js')
const { decode: membersOf, encode: containerOf } = require('../../lib/encryption/software/der.js')

const SEED = Number(process.env.SEED ?? 7)
const COUNT = Number(process.env.COUNT ?? 400)

/** Numbers below a limit, the same for the same seed: a multiplicative generator. */
function generator(seed) {
  let state = (seed % 2_147_483_646) + 1
  return (below) => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
}

const JSON_TEXT = JSON.stringify({ user: 'zoë', text: 'x'.repeat(40) })
const ids = ['an id', 'another', serialize({ id: 5 })]
const pick = (random, list) => list[random(list.length)]
const bytesOf = (random, length) => Buffer.from(Array.from({ length }, () => random(256)))

/** Changes to the bytes of a record, and of its members. */
const BYTES = {
  'a bit': (random, bytes) => {
    const changed = Buffer.from(bytes)
    if (changed.length > 0) changed[random(changed.length)] ^= 1 << random(8)
    return changed
  },
  'the end': (random, bytes) => bytes.subarray(0, random(bytes.length + 1)),
  'the beginning': (random, bytes) => bytes.subarray(random(bytes.length + 1)),
  'a byte more': (random, bytes) => {
    const at = random(bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, at), bytesOf(random, 1), bytes.subarray(at)])
  },
  everything: (random, bytes) => bytesOf(random, bytes.length),
  'its length': (random) => bytesOf(random, pick(random, [0, 1, 12, 16, 20, 24, 32, 48, 64, 127, 128, 300])),
}
const altered = (random, bytes) => pick(random, Object.values(BYTES))(random, bytes)

/** Changes to a stored text. */
const TEXTS = {
  nothing: (_random, text) => text,
  'a letter': (random, text) => {
    const at = random(text.length)
    return text.slice(0, at) + String.fromCharCode(random(128)) + text.slice(at + 1)
  },
  'a letter of the encoding': (random, text) => {
    const at = random(text.length)
    return text.slice(0, at) + pick(random, [...'AZaz09+/-_=.']) + text.slice(at + 1)
  },
  'the end': (random, text) => text.slice(0, random(text.length)),
  'the beginning': (random, text) => text.slice(random(text.length)),
  'a letter more': (random, text) => text + pick(random, [...'A=.-\n{}"é']),
  case: (_random, text) => text.toUpperCase(),
  'a member twice': (_random, text) =>
    text.startsWith('"') ? text.replace('{', '{\\"aad\\":\\"\\",') : text.replace('{', '{"aad":"",'),
}

/** How a record is taken apart, and put together again. */
const PARTS = {
  container: (encoding) => ({
    read: (text) => membersOf(Buffer.from(text, encoding)),
    write: (members) => containerOf(members).toString(encoding),
  }),
  envelope: () => ({
    read: (text) => {
      const bytes = Buffer.from(text.split('.')[2], 'base64url')
      return [bytes.subarray(0, 16), bytes.subarray(16, 28), bytes.subarray(28, -16), bytes.subarray(-16)]
    },
    write: (parts) => `cmn1.new.${Buffer.concat(parts).toString('base64url')}`,
  }),
  web: (encoding) => ({
    read: (text) => {
      const bytes = Buffer.from(text, encoding)
      return [bytes.subarray(0, 12), bytes.subarray(12, -16), bytes.subarray(-16)]
    },
    write: (parts) => Buffer.concat(parts).toString(encoding),
  }),
  json: () => {
    let members
    return {
      read: (text) => {
        members = Object.entries(JSON.parse(text))
        return members.map(([, member]) => Buffer.from(member))
      },
      write: (parts) => {
        const of = ([name, member], at) => [name, typeof member === 'string' ? `${parts[at]}` : parts[at]]
        return JSON.stringify(Object.fromEntries(members.map(of)))
      },
    }
  },
  secret: () => ({
    read: (text) => {
      const { hmac, ct, at, aad, iv } = JSON.parse(JSON.parse(text))
      return [Buffer.from(hmac, 'hex'), Buffer.from(ct, 'hex'), Buffer.from(at), Buffer.from(aad), Buffer.from(iv)]
    },
    write: ([hmac, ct, at, aad, iv]) =>
      JSON.stringify(
        JSON.stringify({
          hmac: hmac.toString('hex'),
          ct: ct.toString('hex'),
          at,
          aad: aad.toString('latin1'),
          iv: iv.toString('latin1'),
        }),
      ),
  }),
}
/** Another salt is another key to derive, so that few records get one. */
const SALT_AT = 3
const SALTS = 1 / 8

function alterParts(random, record, { read, write }, hasSalt) {
  const parts = read(record)
  let at = random(parts.length)
  if (hasSalt && at === SALT_AT && random(1 / SALTS) > 0) at = 0
  const kind = random(12)
  if (kind === 0) parts.splice(at, 1)
  else if (kind === 1) parts.splice(at, 0, bytesOf(random, random(40)))
  else if (kind === 2) [parts[0], parts[at]] = [parts[at], parts[0]]
  else parts[at] = altered(random, parts[at])
  try {
    return write(parts)
  } catch {
    return record.slice(1) // A format of a fixed number of parts.
  }
}

/** Values that no cipher has written. */
const FOREIGN = [
  undefined,
  '',
  '{}',
  'null',
  '"',
  '""',
  '"text"',
  '30',
  '3000',
  'MAA=',
  'MIA=',
  'AAAA',
  'cmn1.',
  'cmn1..',
  'cmn1.new.',
  'cmn1.none.AAAA',
  `cmn1.none.${'A'.repeat(80)}`,
  `cmn1.new.${'A'.repeat(80)}`,
  JSON_TEXT,
  JSON.stringify(JSON_TEXT),
  '{"hmac":1}',
  '{"hmac":"","ct":"","iv":"","salt":""}',
  '{"hmac":"","ct":"","at":null,"aad":"","iv":""}',
  '{"ct":"","hmac":"","ct":"","iv":{"type":"Buffer","data":[256]},"salt":{"type":"Buffer","data":[1]}}',
  serialize({ session: { a: 1 } }),
  serialize({ session: 'text' }),
  Buffer.alloc(3),
  Buffer.alloc(9),
]

/** Has a genuine release write records that neither cipher writes. */
function withGenuine(release, options) {
  const instance = require(KRUPTEINS[release])({ algorithm: 'aes-256-gcm', hashing: 'sha512', ...options })
  return (session) =>
    new Promise((resolve, reject) => {
      instance.set(SECRET.toString(), session, (error, record) => (error ? reject(new Error(error)) : resolve(record)))
    })
}

const FORMATS = {
  encryption: { formats: keys('new', 'old'), parts: PARTS.envelope() },
  'kruptein 2.2.3': { formats: kruptein(), parts: PARTS.json(), write: withGenuine('2.2.3', { encodeas: 'hex' }) },
  'kruptein 3.4 in JSON': {
    formats: kruptein(),
    parts: PARTS.json(),
    write: withGenuine('3.4.0', { use_asn1: false }),
  },
  'kruptein 3.0': { formats: kruptein(), parts: PARTS.container('base64') },
  'kruptein 3.0, AES-CBC': { formats: kruptein({ algorithm: 'aes-256-cbc' }), parts: PARTS.container('base64') },
  'kruptein 3.1, hex': { formats: kruptein({ release: '3.1', encoding: 'hex' }), parts: PARTS.container('hex') },
  'kruptein 3.3, sha384': {
    formats: kruptein({ release: '3.3', hashing: 'sha384', encoding: 'base64url' }),
    parts: PARTS.container('base64url'),
  },
  'kruptein 3.4': { formats: kruptein({ release: '3.4' }), parts: PARTS.container('base64') },
  'kruptein 3.4, AES-CBC': {
    formats: kruptein({ release: '3.4', algorithm: 'aes-128-cbc', hashing: 'sha1' }),
    parts: PARTS.container('base64'),
  },
  'Web Crypto': { formats: web(), parts: PARTS.web('base64') },
  'Web Crypto, hooks': { formats: web({ parses: true, encoding: 'hex' }), parts: PARTS.web('hex') },
  'Web Crypto, AES-CBC': {
    formats: web({ gcm: false, ivLen: 16, encoding: 'base64url' }),
    parts: PARTS.web('base64url'),
  },
  secret: { formats: secret(), parts: PARTS.secret() },
}

/** Other settings for the same records: all formats beside each other, plain sessions, and another secret. */
const READERS = {
  itself: (formats) => formats,
  'with plain sessions': (formats) => ({ ...formats, readsPlain: true }),
  'beside encryption and secret': (formats) => ({ ...secret(), ...keys('new'), ...formats }),
  'beside both, with plain sessions': (formats) => ({ ...secret(), ...keys('new'), ...formats, readsPlain: true }),
  'with another secret': (formats) =>
    Object.fromEntries(
      Object.entries(formats).map(([name, value]) => [
        name,
        Array.isArray(value)
          ? value.map((key) => ({ ...key, secret: Buffer.alloc(32) }))
          : { ...value, secret: Buffer.from('oak') },
      ]),
    ),
  'of another format': () => kruptein({ algorithm: 'aes-192-gcm', hashing: 'sha256' }),
  'for an adapter in JavaScript': () => ({ ...keys('new'), foreign: true }),
  'for an adapter in JavaScript, with plain sessions': () => ({ ...keys('new'), foreign: true, readsPlain: true }),
  'of plain sessions': () => ({ readsPlain: true }),
  'of nothing': () => ({}),
}

test(`the same session or the same error for changed records (SEED=${SEED})`, async (t) => {
  for (const [name, { formats, parts, write }] of Object.entries(FORMATS)) {
    await t.test(name, async () => {
      const random = generator(SEED)
      const readers = Object.entries(READERS).map(([reader, make]) => [reader, both(make(formats))])
      const writer = new CIPHERS.addon(settingsOf(formats))
      const records = []
      for (const session of [JSON_TEXT, '', 'no JSON'])
        records.push(await (write ?? ((text) => writer.seal('an id', text, PATIENCE)))(session))
      const hasSalt = name.startsWith('kruptein')
      const outcomes = new Set()
      for (let at = 0; at < COUNT; at += 1) {
        const record = pick(random, records)
        const stored =
          at < FOREIGN.length
            ? FOREIGN[at]
            : random(3) === 0
              ? pick(random, Object.values(TEXTS))(random, record)
              : alterParts(random, record, parts, hasSalt)
        const id = random(4) === 0 ? pick(random, ids) : 'an id'
        // Another secret or format would have each salt derived anew.
        const [reader, { addon, software }] = random(2) === 0 ? readers[0] : pick(random, readers)
        const wanted = comparable(await addon.open(id, stored, PATIENCE))
        const found = comparable(await software.open(id, stored, PATIENCE))
        assert.deepEqual(found, wanted, `SEED=${SEED}, value ${at}, reader ${reader}`)
        outcomes.add(Array.isArray(wanted) ? wanted[3] : 'session')
        if (typeof stored === 'string')
          assert.deepEqual(await software.decrypt(stored), await addon.decrypt(stored), `SEED=${SEED}, value ${at}`)
      }
      for (const outcome of ['session', 'ERR_SESSION_FORMAT']) assert.ok(outcomes.has(outcome), outcome)
      if (!name.includes('CBC') || hasSalt) assert.ok(outcomes.has('ERR_SESSION_TAMPERED'))
    })
  }
})

test('what a cipher can not write is refused alike', async () => {
  const values = [
    Buffer.alloc(3),
    serialize({ json: 5 }),
    serialize({ session: {} }),
    serialize({ json: '{}' }),
    'text',
  ]
  for (const formats of [...Object.values(FORMATS).map(({ formats: given }) => given), {}, { foreign: true }]) {
    const { addon, software } = both(formats)
    for (const value of values) {
      const outcome = (result) => (Array.isArray(result) ? result : typeof result)
      const results = await Promise.all([addon, software].map((cipher) => cipher.seal('an id', value, PATIENCE)))
      assert.deepEqual(outcome(results[1]), outcome(results[0]))
      assert.deepEqual(
        await software.seal(Buffer.alloc(5), value, PATIENCE),
        await addon.seal(Buffer.alloc(5), value, PATIENCE),
      )
    }
    const texts = await Promise.all([addon, software].map((cipher) => cipher.encrypt('text')))
    assert.deepEqual(...texts.map((text) => (Array.isArray(text) ? text : typeof text)))
  }
})

test('a container is read in the one spelling that kruptein writes', async () => {
  const ciphers = both(kruptein())
  const record = Buffer.from(await ciphers.addon.encrypt('text'), 'base64')
  const [content, count] = [record.subarray(4), record.subarray(2, 4)]
  const short = containerOf([5, 64, 12, 1, 16, 0].map((length) => Buffer.alloc(length)))
  const spellings = {
    "kruptein's": record,
    'a length with a zero before it': Buffer.concat([Buffer.from([0x30, 0x83, 0]), count, content]),
    'a long form that is not needed': Buffer.concat([Buffer.from([0x30, 0x81]), short.subarray(1)]),
    'a length without an end': Buffer.concat([Buffer.from([0x30, 0x80]), content]),
    'five bytes of length': Buffer.concat([Buffer.from([0x30, 0x85, 0, 0, 0]), count, content]),
    'more behind it': Buffer.concat([record, Buffer.alloc(1)]),
    'another kind': Buffer.concat([Buffer.from([0x31]), record.subarray(1)]),
  }
  for (const [name, bytes] of Object.entries(spellings)) {
    const wanted = await ciphers.addon.decrypt(bytes.toString('base64'))
    assert.equal(Array.isArray(wanted), name !== "kruptein's", name)
    assert.deepEqual(await ciphers.software.decrypt(bytes.toString('base64')), wanted, name)
  }
})
