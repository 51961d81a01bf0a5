'use strict'

// Any value for any option gives a store or a clear error, and no error quotes a secret.

const assert = require('node:assert/strict')
const { setImmediate: nextTurn } = require('node:timers/promises')
const { inspect } = require('node:util')
const fc = require('fast-check')
const { OPTIONS } = require('../../lib/options/table.js')
const { PARTS } = require('../../lib/options/connection-parts.js')
const { anything, property } = require('../helpers/property.js')
const { aSession, eachStyle } = require('../helpers/stores.js')

const SECRET = 'hunter2'
/** Nobody listens there. The operations of a store end at once. */
const NOWHERE = `mongodb://me:${SECRET}@127.0.0.1:1/app?serverSelectionTimeoutMS=1&connectTimeoutMS=100`
/** What the engine says about a mistake in our own code. */
const OF_ENGINE =
  /not iterable|is not a (function|constructor)|Cannot (convert|destructure|mix|read|set)|is not defined|of (undefined|null)\b/
/** Sentences about all options, most of them those of connect-mongo, which tests of applications look for. */
const ABOUT_ALL =
  /^(Cannot init client|Connection strategy not found|Required MongoStore option `db`|Provide either the legacy crypto option|createKrupteinAdapter requires a non-empty secret|The given mongoose ?connection|The options of MongoStore must be an object)/i

const text = fc.oneof(
  fc.string(),
  fc.constantFrom('native', 'interval', 'disabled', 'error', 'new-session', 'majority', 'admin', '5', 'a\0b', 'ü'),
  fc.constantFrom('aes-256-gcm', 'aes-128-cbc', 'sha512', 'hex', 'base64', '3.4', NOWHERE, 'nope'),
  fc.constant(SECRET.repeat(5)),
)
const value = fc.oneof(anything, text, fc.integer(), fc.double(), fc.boolean())
const recordOf = (names) =>
  fc.dictionary(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: fc.string() }),
    value,
  )

const CIPHER = [
  'secret',
  'algorithm',
  'hashing',
  'encodeas',
  'iv_size',
  '_iv_size',
  '_key_size',
  'kruptein',
  'use_scrypt',
]
/** Objects with the names that each option looks for. */
const SHAPES = {
  mongoOptions: recordOf([
    ...[
      'auth',
      'authMechanism',
      'authMechanismProperties',
      'authSource',
      'ca',
      'compressors',
      'dbName',
      'key',
      'maxPoolSize',
    ],
    ...[
      'password',
      'readConcern',
      'readPreference',
      'readPreferenceTags',
      'replicaSet',
      'safe',
      'server',
      'serverApi',
      'ssl',
    ],
    ...[
      'sslValidate',
      'timeoutMS',
      'tls',
      'tlsCAFile',
      'user',
      'w',
      'writeConcern',
      'wtimeout',
      'zlibCompressionLevel',
    ],
  ]),
  crypto: recordOf(CIPHER),
  cryptoAdapter: recordOf(['encrypt', 'decrypt']),
  encryption: fc.record(
    {
      keys: fc.oneof(
        anything,
        fc.array(fc.oneof(anything, fc.record({ id: value, secret: value }, { requiredKeys: [] }))),
      ),
      hashIds: value,
      readPlain: value,
    },
    { requiredKeys: [] },
  ),
  hash: recordOf(['salt', 'algorithm']),
  writeOperationOptions: recordOf(['w', 'j', 'journal', 'wtimeout', 'wtimeoutMS', 'writeConcern']),
  client: recordOf(['db', 'connect', 's', 'options', 'topology', 'then', 'collection', 'on', 'once']),
  db: recordOf(['collection', 'command', 'databaseName', 's', 'client', 'topology', 'serverConfig']),
  mongooseConnection: recordOf([
    ...['readyState', 'db', 'client', 'getClient', 'connections', 'connection', 'host', 'name'],
    ...['on', 'once', 'removeListener', '$initialConnection'],
  ]),
}
/** Without names, which would be looked up. */
const HOSTS = fc.constantFrom('127.0.0.1', '::1', '/tmp/absent.sock', 5, Symbol('s'), {})
const valueOf = (name) => (name === 'host' ? HOSTS : SHAPES[name] ? fc.oneof(SHAPES[name], value) : value)

/** A few options with any values, most of the time beside a connection string. */
const options = (ofUrl) =>
  fc
    .tuple(
      fc.uniqueArray(fc.constantFrom(...Object.keys(OPTIONS), ...Object.keys(PARTS)), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 0, max: 9 }),
    )
    .chain(([names, chance]) =>
      fc
        .record(Object.fromEntries(names.map((name) => [name, valueOf(name)])))
        .map((given) => (chance > 0 && !(ofUrl in given) ? { [ofUrl]: NOWHERE, ...given } : given)),
    )

function assertClear(error, given) {
  // What the application's own value throws is the application's.
  if (error?.message === 'own') return
  assert.ok(error instanceof Error, `${inspect(error)} is not an error`)
  assert.doesNotMatch(`${error.stack}`, new RegExp(SECRET))
  assert.doesNotMatch(error.message, OF_ENGINE)
  // `advancedOptions` is an older name of `mongoOptions`.
  const names = Object.keys({ ...given, ...(given.advancedOptions && { mongoOptions: {} }) })
  const named = names.filter((name) => error.message.includes(name))
  assert.ok(named.length > 0 || ABOUT_ALL.test(error.message), `"${error.message}" names no option`)
}

/** Uses a store once, and checks that its answers are clear, too. */
async function assertUsable(store) {
  const answers = await Promise.allSettled([store.set('s', aSession({ a: 1 })), store.get('s'), store.destroy('s')])
  for (const { reason } of answers) {
    if (reason === undefined || reason?.message === 'own') continue
    assert.ok(reason instanceof Error, `${inspect(reason)} is not an error`)
    assert.doesNotMatch(`${reason.stack}`, new RegExp(SECRET))
    assert.doesNotMatch(reason.message, OF_ENGINE)
  }
}

/** Makes a store, uses it and closes it. */
async function tryOut(Store, given) {
  let store
  try {
    store = new Store(given)
  } catch (error) {
    assertClear(error, given)
    return
  }
  // `fallbackMemory` gives a store of express-session.
  if (!(store instanceof Store)) return
  await assertUsable(store)
  await store.close()
}

eachStyle(({ style }) => {
  property(
    'any value of an option gives a store or an error that names it, and nothing that quotes a secret',
    [options(style.ofUrl)],
    async (given) => {
      await tryOut(style.Store, given)
      // An unhandled rejection would be known by now.
      await nextTurn()
    },
  )

  property('any value in the place of the options gives a store or a clear error', [anything], async (given) => {
    await tryOut(style.Store, given ?? {})
  })
})
