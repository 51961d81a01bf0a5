'use strict'

// Every option that some release of connect-mongo has, each with a value that would show if it were acted on: other
// documents, ids, collections or databases, or encrypted sessions.

/** A modern and a factory's store get each of these, whatever generation it belongs to. */
const VALUES = {
  // 4 to 6
  collectionName: 'people',
  crypto: { secret: 'AB12!@squirrel' },
  cryptoAdapter: {
    encrypt: async (text) => `v1:${Buffer.from(text).toString('base64')}`,
    decrypt: async (text) => Buffer.from(text.slice(3), 'base64').toString(),
  },
  timestamps: true,
  createAutoRemoveIdx: true,

  // 0.x to 3
  collection: 'members',
  secret: 'keyboard cat',
  algorithm: 'aes-128-gcm',
  hashing: 'sha256',
  encodeas: 'base64',
  key_size: 16,
  iv_size: 12,
  at_size: 16,
  hash: { salt: 'pepper' },
  defaultExpirationTime: 60_000,
  fallbackMemory: true,
  db: 'members',
  host: 'host.invalid',
  port: 1,
  username: 'alice',
  password: 'hunter2',
  ssl: true,
  autoReconnect: false,
  auto_reconnect: false,
  w: 1,
  server: { poolSize: 2 },

  // All
  mongoOptions: { readPreference: 'primary' },
  dbName: (database) => `${database}-b`,
  ttl: 600,
  touchAfter: 3600,
  autoRemove: 'interval',
  autoRemoveInterval: 5,
  stringify: false,
  serialize: (session) => ({ ...JSON.parse(JSON.stringify(session)), via: 'serialize' }),
  unserialize: (stored) => ({ ...stored, via: 'unserialize' }),
  transformId: (sid) => `prefix/${sid}`,
  writeOperationOptions: { w: 1 },
  colour: 'red',
}

/** Options that have a meaning only together. */
const TOGETHER = {
  'secret with its siblings': ['secret', 'hashing', 'encodeas', 'iv_size'],
  'secret and crypto': ['secret', 'crypto'],
  'both names of the collection': ['collection', 'collectionName'],
  'both hooks': ['serialize', 'unserialize'],
  'a connection in parts': ['host', 'port', 'username', 'password', 'db'],
}

/** Options without a comparison in some releases, and what ours does there. `in` lists the releases. */
const INCOMPARABLE = [
  { option: 'createAutoRemoveIdx', in: [6, 5, 4], why: 'refused: 6.0 throws, 4.x and 5.x print the same' },
  ...['cryptoAdapter', 'timestamps'].map((option) => ({
    option,
    in: [5, 4],
    why: 'only 6.0 has it, and ours follows 6.0',
  })),
  ...['crypto', 'secret and crypto'].map((option) => ({
    option,
    in: [5, 4],
    why: 'the records are those of the installed kruptein: encryption/crypto.test.js compares each of its releases',
  })),
  { option: 'fallbackMemory', in: [3, 1, 0], why: 'the store is a MemoryStore' },
  { option: 'hash', in: [3, 1], why: 'only 0.x has it, and the factory follows 0.x' },
  { option: 'transformId', in: [0], why: 'only 1.x and later have it, and the factory follows them' },
  { option: 'dbName', in: [1, 0], why: 'only 3.2 has it, and the factory follows 3.2' },
  ...['secret', 'secret with its siblings', 'secret and crypto'].map((option) => ({
    option,
    in: [1, 0],
    why: 'only 3.x has it, and the factory follows 3.x',
  })),
]

/** By release: two connections at a time, of which the genuine store uses the first. */
const PRECEDENCE = {
  6: [
    ['mongoUrl', 'client'],
    ['mongoUrl', 'clientPromise'],
    ['clientPromise', 'client'],
    ['client', 'url'],
    ['clientPromise', 'db'],
    ['mongoUrl', 'url'],
  ],
  3: [
    ['url', 'client'],
    ['url', 'clientPromise'],
    ['client', 'clientPromise'],
    ['client', 'mongoUrl'],
    ['url', 'mongoUrl'],
  ],
  1: [
    ['url', 'db'],
    ['url', 'dbPromise'],
    ['db', 'dbPromise'],
    ['db', 'mongoUrl'],
  ],
}
PRECEDENCE[5] = PRECEDENCE[6]

module.exports = { INCOMPARABLE, PRECEDENCE, TOGETHER, VALUES }
