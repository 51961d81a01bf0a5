// The stores that are compared: what each one needs, and how it is opened with its defaults, as its README says.

import { once } from 'node:events'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** The store that this project is about, and the one that it replaces. */
export const OURS = 'connect-mongo-native'
export const THEIRS = 'connect-mongo'

const DEFINITIONS = [
  {
    name: OURS,
    server: 'mongodb',
    async open(url) {
      const store = require('../index.js').create({ mongoUrl: url })
      return { store, close: () => store.close() }
    },
  },
  {
    name: THEIRS,
    server: 'mongodb',
    async open(url) {
      const { MongoStore } = require('connect-mongo-6')
      const store = MongoStore.create({ mongoUrl: url })
      await store.collectionP
      return { store, close: () => store.close() }
    },
  },
  {
    name: 'connect-redis',
    server: 'redis',
    async open(url) {
      const { RedisStore } = require('connect-redis')
      const client = require('redis').createClient({ url })
      client.on('error', () => {}) // without a listener a lost connection ends the process; operations fail anyhow
      await client.connect()
      return { store: new RedisStore({ client }), close: () => client.close() }
    },
  },
  {
    name: 'connect-mongodb-session',
    server: 'mongodb',
    /** It has no `touch`: under it, a session that is only read expires. */
    touches: false,
    async open(url) {
      const MongoDBStore = require('connect-mongodb-session')(require('express-session'))
      const store = new MongoDBStore({ uri: url, collection: 'sessions' })
      await once(store._emitter, 'connected')
      return { store, close: () => store.client.close() }
    },
  },
  {
    name: 'MemoryStore',
    async open() {
      const { MemoryStore } = require('express-session')
      return { store: new MemoryStore(), close: () => {} }
    },
  },
]

/**
 * Both stores with encrypted sessions. Ours fills the database of connect-mongo's, which would take minutes for that.
 */
const ENCRYPTED = [
  { format: 'plain', options: () => ({}), genuine: false },
  { format: 'crypto', options: () => ({ crypto: { secret: 'AB12!@squirrel' } }) },
  { format: 'webcrypto', options: (it) => ({ cryptoAdapter: it.createWebCryptoAdapter({ secret: 'squirrel' }) }) },
  {
    format: 'encryption',
    options: () => ({ encryption: { keys: [{ id: 'a', secret: Buffer.alloc(32, 1) }] } }),
    genuine: false,
  },
]
  .flatMap(({ format, options, genuine = true }) => [
    { format, name: `${OURS} ${format}`, load: () => require('../index.js'), options },
    ...(genuine
      ? [
          {
            format,
            name: `${THEIRS} ${format}`,
            load: () => require('connect-mongo-6'),
            options,
            filledBy: `${OURS} ${format}`,
          },
        ]
      : []),
  ])
  .map(({ load, options, ...peer }) => ({
    ...peer,
    server: 'mongodb',
    database: `encrypted-${peer.format}${peer.filledBy ? '-theirs' : ''}`,
    async open(url) {
      const it = load()
      const store = it.MongoStore.create({ mongoUrl: url, ...options(it) })
      return { store, close: () => store.close() }
    },
  }))

const described = ({ open: _, touches = true, ...peer }) => ({ ...peer, touches })

/** All peers, in the order of tables and charts. */
export const PEERS = DEFINITIONS.map(described)

/** Those that encrypt, by `format`, and ours without encryption beside them. */
export const ENCRYPTED_PEERS = ENCRYPTED.map(described)

/** What is known of a peer. */
export function peerNamed(name) {
  return [...PEERS, ...ENCRYPTED_PEERS].find((peer) => peer.name === name)
}

/** Opens the store of a peer: `{ store, close }`. */
export function openStore(name, url) {
  return [...DEFINITIONS, ...ENCRYPTED].find((peer) => peer.name === name).open(url)
}
