'use strict'

// In each format, a session comes back as it was stored, through either cipher. A record that was changed, or that belongs
// to another session, is an error and never a session.

const assert = require('node:assert/strict')
const fc = require('fast-check')
const { deserialize, serialize } = require('bson')
const { CIPHERS, PATIENCE, both, keys, kruptein, secret, web } = require('../helpers/ciphers.js')
const { property } = require('../helpers/property.js')

/** Both ciphers for each format that authenticates. */
const FORMATS = {
  encryption: both(keys('new', 'old')),
  ...Object.fromEntries(['3.0', '3.4'].map((release) => [`crypto of ${release}`, both(kruptein({ release }))])),
  secret: both(secret()),
  'Web Crypto': both(web()),
}

const name = fc.constantFrom(...Object.keys(FORMATS))
const cipher = fc.constantFrom(...Object.keys(CIPHERS))
/** Text as UTF-8 can have it. */
const text = fc.string({ unit: 'binary', maxLength: 300 })
/** An object crosses as its JSON. */
const session = fc.oneof(
  text,
  fc.object().map((object) => serialize({ json: JSON.stringify(object) })),
)
/** The text or the JSON of a session. Some formats tell them apart by themselves. */
const textOf = (given) => (typeof given === 'string' ? given : deserialize(given).json)
/** A place in a text, as a fraction of its length. */
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const change = fc.oneof(
  fc.record({ how: fc.constantFrom('letter'), letter: fc.string({ minLength: 1, maxLength: 1 }), place }),
  fc.record({
    how: fc.constantFrom('cut', 'double', 'swap', 'insert'),
    letter: fc.constantFrom(...'Aa0+/-_=."{ '),
    place,
  }),
)

const HOW = {
  letter: (record, at, letter) => record.slice(0, at) + letter + record.slice(at + 1),
  cut: (record, at) => record.slice(0, at),
  double: (record, at) => record.slice(0, at) + record[at] + record.slice(at),
  swap: (record, at) => record.slice(0, at) + (record[at + 1] ?? '') + record[at] + record.slice(at + 2),
  insert: (record, at, letter) => record.slice(0, at) + letter + record.slice(at),
}

/** Whether a result is the parts of an error. */
const isRefused = (result) => Array.isArray(result)

property(
  'in each format, either cipher reads what either one wrote',
  [name, cipher, cipher, text, session],
  async (format, writer, reader, id, given) => {
    const record = await FORMATS[format][writer].seal(id, given, PATIENCE)
    assert.equal(typeof record, 'string', String(record))
    assert.equal(textOf(await FORMATS[format][reader].open(id, record, PATIENCE)), textOf(given))
  },
)

property(
  'in each format, a changed record is refused, or means what it meant',
  [name, cipher, cipher, text, change],
  async (format, writer, reader, given, { how, letter, place: fraction }) => {
    const record = await FORMATS[format][writer].seal('an id', given, PATIENCE)
    const changed = HOW[how](record, Math.floor(fraction * record.length), letter)
    const result = await FORMATS[format][reader].open('an id', changed, PATIENCE)
    assert.ok(isRefused(result) || result === given, 'another session')
  },
)

property(
  'with `encryption`, a record is refused under any other id',
  [cipher, cipher, text, text, text],
  async (writer, reader, id, other, given) => {
    fc.pre(id !== other)
    const record = await FORMATS.encryption[writer].seal(id, given, PATIENCE)
    assert.ok(isRefused(await FORMATS.encryption[reader].open(other, record, PATIENCE)))
  },
)
