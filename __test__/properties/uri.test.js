'use strict'

// What the mongodb package reads in a connection string, the store reads, too. What neither can read is a clear error. No
// error and no name of a host quotes a password, wherever it stands.

const assert = require('node:assert/strict')
const { mock } = require('node:test')
const fc = require('fast-check')
const { MongoClient } = require('mongodb')
const { withRecords } = require('../../lib/settings/seed-list.js')
const { pairsOf, readUri, split } = require('../../lib/settings/uri.js')
const { property } = require('../helpers/property.js')
const { oursOf, settingsOf, theirsOf } = require('../helpers/settings.js')

const SECRET = 'hunter2'
/** What the engine says about a mistake in our own code. */
const OF_ENGINE = /undefined|not iterable|not a function|Cannot read|malformed/

const word = fc.string({ unit: fc.constantFrom(...'abz09-_é'), minLength: 1, maxLength: 8 })
const credential = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).map(encodeURIComponent)
const port = fc.integer({ min: 1, max: 65_535 })
const host = fc.oneof(
  word.filter((name) => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)),
  fc.constantFrom('localhost', 'db.example.com', '127.0.0.1', '[::1]', '%2Ftmp%2Fmongodb-27017.sock'),
)
const address = fc
  .tuple(host, fc.option(port))
  .map(([name, at]) => (at && !name.startsWith('%') ? `${name}:${at}` : name))
const number = fc.integer({ min: 0, max: 100_000 }).map(String)
const truth = fc.constantFrom('true', 'false')
/** Options, each with values that every driver takes. */
const OPTIONS = {
  appName: word,
  authSource: word,
  authMechanism: fc.constantFrom('SCRAM-SHA-1', 'SCRAM-SHA-256', 'DEFAULT'),
  compressors: fc.constantFrom('zlib', 'snappy,zlib', 'none'),
  connectTimeoutMS: number,
  journal: truth,
  localThresholdMS: number,
  maxIdleTimeMS: number,
  readConcernLevel: fc.constantFrom('local', 'majority'),
  readPreference: fc.constantFrom('primary', 'nearest', 'secondaryPreferred'),
  replicaSet: word,
  retryReads: truth,
  retryWrites: truth,
  serverSelectionTimeoutMS: fc.integer({ min: 1, max: 100_000 }).map(String),
  socketTimeoutMS: number,
  tls: truth,
  w: fc.constantFrom('1', '2', 'majority', 'dc'),
  wtimeoutMS: number,
}
const pair = fc
  .constantFrom(...Object.keys(OPTIONS))
  .chain((name) => OPTIONS[name].map((value) => [name, encodeURIComponent(value)]))
const proper = fc
  .record({
    user: fc.option(fc.tuple(credential, credential)),
    hosts: fc.array(address, { minLength: 1, maxLength: 3 }),
    database: fc.option(word),
    pairs: fc.uniqueArray(pair, { selector: ([name]) => name, maxLength: 5 }),
  })
  .map(({ user, hosts, database, pairs }) => {
    const query = pairs.map((each) => each.join('=')).join('&')
    return `mongodb://${user ? `${user.join(':')}@` : ''}${hosts.join(',')}/${database ? encodeURIComponent(database) : ''}${query && `?${query}`}`
  })

/** Anything that people may put into a connection string, most of it wrong. */
const odd = fc
  .array(
    fc.oneof(
      fc.string({ maxLength: 5 }),
      fc.constantFrom(...'/?#[]@:;,&=% +', '%zz', '%00', '.sock', 'é', '\ud83d'),
      fc.constantFrom('w=1', 'tls=true', 'mongodb://', 'mongodb+srv://', 'localhost', 'authSource', 'a.b.c', ':27017'),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''))

/** What a function returns or throws, and the process warnings that it emits. */
function outcomeOf(act) {
  const warnings = []
  const emitWarning = mock.method(process, 'emitWarning', (message) => warnings.push(message))
  try {
    return { value: act(), warnings }
  } catch (error) {
    return { error, warnings }
  } finally {
    emitWarning.mock.restore()
  }
}

property('a connection string means what it means to the mongodb package', [proper], (url) => {
  const theirs = outcomeOf(() => new MongoClient(url).options)
  const ours = outcomeOf(() => oursOf(url, undefined, { password: theirs.value?.credentials?.password }))
  if (theirs.error) return
  assert.equal(ours.error, undefined)
  assert.deepEqual(ours.value, theirsOf(theirs.value))
})

property('a broken connection string is taken, or refused with a clear error', [odd], (rest) => {
  for (const url of [rest, `mongodb://${rest}`, `mongodb+srv://${rest}`]) {
    const { error } = outcomeOf(() => settingsOf(url))
    if (error) assert.doesNotMatch(error.message, OF_ENGINE)
  }
})

property(
  'no error, no host and no option quotes a part of the credentials, however they are written',
  [odd, odd, odd],
  (before, after, rest) => {
    fc.pre(!`${before}${after}${rest}`.includes(SECRET))
    for (const scheme of ['mongodb://', 'mongodb+srv://']) {
      const url = `${scheme}me:${before}${SECRET}${after}@${rest}`
      const { error, warnings } = outcomeOf(() => settingsOf(url))
      assert.doesNotMatch(`${error?.stack} ${warnings}`, new RegExp(SECRET))
      const { hosts } = readUri(url)
      assert.ok(
        hosts.every((each) => !each.includes(SECRET) || each.includes('@')),
        hosts.join(),
      )
    }
  },
)

property(
  'the servers of a seed list stand in the place of its name',
  [odd, fc.array(port, { minLength: 1 })],
  (rest, ports) => {
    const url = `mongodb+srv://${rest}`
    const parts = split(url)
    fc.pre(parts !== null)
    const records = ports.map((each) => ({ name: 'db.example.com', port: each }))
    const whole = withRecords(url, records, new Map([['replicaSet', 'rs']]))
    const hosts = ports.map((each) => `db.example.com:${each}`)
    const read = readUri(whole)
    if (read.hosts.length > 0) assert.equal(read.hosts.length <= hosts.length, true)
    assert.equal(split(whole)?.scheme, 'mongodb://')
    const given = pairsOf(parts.query).map(([name]) => name)
    assert.equal(read.option('tls') !== undefined, true, given.join())
  },
)
