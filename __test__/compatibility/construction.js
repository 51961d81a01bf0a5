'use strict'

// Tests how a constructor handles its options, without a server. This file describes the resulting store or error, and
// lists the options to try.

const { describe } = require('./describe.js')
const { GENERATIONS } = require('./packages.js')

/** A connection that never becomes available. */
const never = () => new Promise(() => {})

/** By style: a connection option that the constructor accepts but that never connects. */
const CONNECTION = {
  6: { clientPromise: never() },
  5: { clientPromise: never() },
  3: { clientPromise: never() },
  1: { dbPromise: never() },
}

/** The properties of a factory's store that applications read. */
const OF_FACTORY = ['ttl', 'collectionName', 'autoRemove', 'autoRemoveInterval', 'state']

/** Describes the result of `make`: the public side of a store, or the error that it throws. */
function outcome(make) {
  let store
  try {
    store = make()
  } catch (error) {
    return describe(error)
  }
  // The constructor is not responsible for a connection that fails later.
  for (const promise of [store.clientP, store.collectionP]) promise?.catch?.(() => {})
  if (!store.options) return { instance: store.constructor.name }
  const seen = { options: describe(store.options) }
  if (store.state) Object.assign(seen, describe(Object.fromEntries(OF_FACTORY.map((name) => [name, store[name]]))))
  if (store.timer) clearInterval(store.timer)
  // A store with a server's address keeps trying to connect until it is closed.
  if (store.options.url) store.close()
  return seen
}

/** Returns the outcomes of both sides for the same options. */
function outcomes(generation, options) {
  const { genuine, ours } = GENERATIONS[generation]
  const given = () => (options !== null && typeof options === 'object' ? { ...options } : options)
  return Object.fromEntries(
    [
      ['genuine', genuine()],
      ['ours', ours()],
    ].map(([side, Store]) => [side, outcome(() => new Store(given()))]),
  )
}

/** Options to try together with a connection. `only` lists the releases that support them. */
const TRIED = {
  none: {},
  'all of them': {
    collectionName: 'people',
    ttl: 5,
    mongoOptions: { appName: 'a' },
    autoRemove: 'disabled',
    autoRemoveInterval: 3,
    touchAfter: 2,
    stringify: false,
    timestamps: true,
    dbName: 'other',
    writeOperationOptions: { w: 1 },
  },
  'all of them in a factory': {
    collection: 'people',
    ttl: 5,
    mongoOptions: { appName: 'a' },
    autoRemove: 'disabled',
    autoRemoveInterval: 3,
    touchAfter: 2,
    stringify: false,
    dbName: 'other',
    writeOperationOptions: { w: 1 },
    fallbackMemory: false,
  },
  'an unknown option': { colour: 'red' },
  undefined: {
    collectionName: undefined,
    collection: undefined,
    ttl: undefined,
    touchAfter: undefined,
    autoRemove: undefined,
    stringify: undefined,
  },
  null: { collection: null, touchAfter: null, autoRemove: null, stringify: null },
  'ttl: 0': { ttl: 0 },
  'ttl: null': { ttl: null },
  'ttl as text': { ttl: '60' },
  'ttl: NaN': { ttl: NaN },
  'ttl: Infinity': { ttl: Infinity },
  'ttl: -1': { ttl: -1 },
  'collection: empty': { collection: '' },
  'collectionName: empty': { collectionName: '' },
  'collectionName: a number': { collectionName: 5 },
  'touchAfter: -1': { touchAfter: -1 },
  'touchAfter: text': { touchAfter: 'soon' },
  'autoRemove: another': { autoRemove: 'sometimes' },
  'autoRemoveInterval: 71582': { autoRemoveInterval: 71582 },
  'autoRemoveInterval: 71583': { autoRemoveInterval: 71583 },
  'autoRemoveInterval: 0': { autoRemoveInterval: 0 },
  'autoRemoveInterval: -1': { autoRemoveInterval: -1 },
  'createAutoRemoveIdx: true': { createAutoRemoveIdx: true },
  'createAutoRemoveIdx: false': { createAutoRemoveIdx: false },
  'createAutoRemoveIdx: null': { createAutoRemoveIdx: null },
  'transformId: text': { transformId: 'prefix' },
  'serialize: text': { serialize: 'json' },
  'timestamps: text': { timestamps: 'yes' },
  'writeOperationOptions: text': { writeOperationOptions: 'majority' },
  'crypto: undefined': { crypto: undefined },
  'crypto: null': { crypto: null },
  'crypto: {}': { crypto: {} },
  'crypto: off': { crypto: { secret: false } },
  crypto: { crypto: { secret: 'squirrel' } },
  'cryptoAdapter: null': { cryptoAdapter: null },
  cryptoAdapter: { cryptoAdapter: { encrypt: async (text) => text, decrypt: async (text) => text } },
  'crypto and cryptoAdapter': { crypto: { secret: false }, cryptoAdapter: null },
  secret: { secret: 'squirrel' },
  fallbackMemory: { fallbackMemory: true },
}

/** Options to try instead of a connection. */
const CONNECTIONS_TRIED = {
  'no options': undefined,
  'null as options': null,
  'empty options': {},
  'a number as options': 5,
  'an empty URL': { mongoUrl: '', url: '' },
  'only a name of a database': { db: 'sessions' },
  'only a host': { host: 'localhost', port: 27017 },
  'a client that is none': { client: 5 },
  'a promise that is none': { clientPromise: {} },
  'a promise of a Db that is none': { dbPromise: {} },
  'a mongoose connection that is none': { mongooseConnection: {} },
}

module.exports = { CONNECTION, CONNECTIONS_TRIED, TRIED, outcomes }
