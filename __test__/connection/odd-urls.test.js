'use strict'

// Connection strings with odd or broken parts, compared with what the mongodb package makes of them.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { MongoClient } = require('mongodb')
const { settingsOf } = require('../helpers/settings.js')
const { FACTORY, MODERN, aSession, make, useStores } = require('../helpers/stores.js')

const server = useStores()
const SECRET = 'hunter2'
const HOST = `mongodb://me:${SECRET}@h`

const URLS = [
  ...['??', '?&', '?&&', '?=x', '?=', '?a', '?w', '?w=', '?w=1&', '??w=1', '?appName=%zz', '?%zz=1', '?appName=ü'].map(
    (query) => `${HOST}/db${query}`,
  ),
  ...['?w=1', '/d%zz', '/dü', '/db#x', '/db?w=1?j=true', '/db?w=1;j=true', '/db?w=1&w=2', '/db?readPreference'].map(
    (rest) => HOST + rest,
  ),
  ...['/db?maxPoolSize=x', ':/db', ':0/db', ':99999/db', ',/db', ',,b:/db'].map((rest) => HOST + rest),
  ...['mongodb://', 'mongodb:///', 'mongodb:///db', 'mongodb://,h/db', 'mongodb://@h/db', `mongodb://:${SECRET}@h/db`],
  ...['', '/db', 'a b/db', 'hüt/db', '[::1]/db', '[::1]:27017/db', '::1/db', '[::1/db', '@h/db'].map(
    (rest) => `mongodb://me:${SECRET}@${rest}`,
  ),
  ...['%2Ftmp%2Fmongodb-27017.sock/db', '/tmp/mongodb-27017.sock'].map((rest) => `mongodb://me:${SECRET}@${rest}`),
  ...['/db', 'h:1/db', 'a.b.c,d.e.f/db'].map((rest) => `mongodb+srv://me:${SECRET}@${rest}`),
  ...[`mongodb://me:${SECRET}%€@h/db`, `mongodb://me%€:${SECRET}@h/db`],
  `mongodb://me:@/${SECRET}@h.sock`,
  `mongodb://me:@${SECRET}:270170?@`,
  // Passwords that end too early, because they are not escaped
  ...[`mongodb://me:p@[${SECRET}?x]@h/db`, `mongodb://me:${SECRET}?@h/db`, `mongodb://me:${SECRET}/x@h/db`],
  ...[` ${HOST}/db`, `mongo://me:${SECRET}@h/db`, `MONGODB://me:${SECRET}@h/db`],
  ...[
    `mongodb://me:${SECRET}@/tmp/\ud83d.sock`,
    `${HOST}/d\ud83d?appName=\ud83d`,
    `${HOST}/db?%40=1`,
    `${HOST}/db?%2F=1&w=1`,
  ],
  `mongodb+srv://me:${SECRET}@a.b.c/?%40=1`,
  ...[`mongodb://me%zz:${SECRET}@h/db`, 'mongodb://me:%zzhunter2@h/db'],
]

/** The names of databases that no server takes. The mongodb package leaves it to the server to say so. */
const BAD_NAMES = [`${HOST}//db`, `${HOST}/a/b`, `${HOST}/d b`, `${HOST}/db `]

/** It names no host, which the mongodb package finds out when it connects. */
const NO_HOST = [`mongodb://me:${SECRET}@,/db`]

function errorOf(act) {
  try {
    act()
    return undefined
  } catch (error) {
    return error
  }
}

for (const url of [...URLS, ...BAD_NAMES, ...NO_HOST]) {
  test(`${JSON.stringify(url.replace(SECRET, '…'))} is taken, or refused with a clear error without the password`, () => {
    const error = errorOf(() => settingsOf(url))
    const theirs = errorOf(() => new MongoClient(url))
    if (!theirs && URLS.includes(url)) assert.equal(error, undefined)
    if (BAD_NAMES.includes(url)) assert.match(error.message, /database name/)
    if (NO_HOST.includes(url)) assert.match(error.message, /host/)
    if (!error) return
    assert.doesNotMatch(`${error.stack}`, /hunter2/)
    assert.doesNotMatch(error.message, /undefined|not iterable|not a function|Cannot read/)
  })
}

test('no warning quotes a part of a password that ends too early', (t) => {
  const { mock } = t.mock.method(process, 'emitWarning', () => {})
  for (const rest of [`p@h/x?${SECRET}`, `p@h/?a=b&${SECRET}=1`]) errorOf(() => settingsOf(`mongodb://me:${rest}@h/db`))
  assert.ok(mock.callCount() > 0)
  for (const { arguments: told } of mock.calls) assert.doesNotMatch(told.join(), /hunter2/)
})

test('a store works by a connection string with empty pairs in it', async (t) => {
  for (const query of ['??', '?&', '?=x', '?w=1&&']) {
    const { mongoUrl, db } = server.place()
    const store = make(MODERN, { mongoUrl: mongoUrl.split('?')[0] + query, autoRemove: 'disabled' })
    t.after(() => store.close())
    await store.set('s', aSession())
    assert.equal(await db.collection('sessions').countDocuments(), 1)
  }
})

test('half a surrogate pair in an option is the sign by which the driver replaces it', async (t) => {
  const half = 'a\ud83d'
  const { store, collection } = server.open(t, { mongoOptions: { appName: half } })
  await store.set('s', aSession())
  assert.equal(await collection.countDocuments(), 1)
  const { user, database } = settingsOf('mongodb://h/', { auth: { username: half, password: half }, dbName: half })
  assert.deepEqual([user, database], ['a\ufffd', 'a\ufffd'])
  const parts = { host: '127.0.0.1', port: 1, db: half, username: half, password: half }
  await make(FACTORY, parts).close()
  await make(FACTORY, { ...parts, host: `/tmp/${half}.sock` }).close()
})
