// The stores that are compared: what each of them needs, and how it is opened with its defaults, as its README says.

import { once } from 'node:events'
import { createRequire } from 'node:module'

/** @typedef {import('./lib/types.js').Peer} Peer */
/** @typedef {import('./lib/types.js').OpenStore} OpenStore */
/** @typedef {Omit<Peer, 'touches'> & { touches?: boolean, open(url: string): Promise<OpenStore> }} Definition */
/** @typedef {typeof import('../index.js')} Module the part that connect-mongo has in common with this package */

/** Loads a package only when its store is opened: the process of a peer must not load the packages of the others. */
const require = createRequire(import.meta.url)

/** The store of this project, and the store that it replaces. */
export const OURS = 'connect-mongo-native'
export const THEIRS = 'connect-mongo'

/**
 * A store as the benchmark calls it: the packages describe the same methods by different types.
 * @param {object} store
 */
const asStore = (store) => /** @type {import('./lib/types.js').Store} */ (store)

/** @type {Definition[]} */
const DEFINITIONS = [
  {
    name: OURS,
    server: 'mongodb',
    async open(url) {
      const store = require('../index.js').create({ mongoUrl: url })
      return { store: asStore(store), close: () => store.close() }
    },
  },
  {
    name: THEIRS,
    server: 'mongodb',
    async open(url) {
      const { MongoStore } = require('connect-mongo-6')
      const store = MongoStore.create({ mongoUrl: url })
      await store.collectionP
      return { store: asStore(store), close: () => store.close() }
    },
  },
  {
    name: 'connect-redis',
    server: 'redis',
    async open(url) {
      const { RedisStore } = require('connect-redis')
      const client = require('redis').createClient({ url })
      client.on('error', () => {}) // without a listener, a lost connection ends the process
      await client.connect()
      return { store: asStore(new RedisStore({ client })), close: () => client.close() }
    },
  },
  {
    name: 'connect-mongodb-session',
    server: 'mongodb',
    /** Without `touch`, a session that is only read expires. */
    touches: false,
    async open(url) {
      const MongoDBStore = require('connect-mongodb-session')(require('express-session'))
      const store = new MongoDBStore({ uri: url, collection: 'sessions' })
      await once(store._emitter, 'connected')
      return { store: asStore(store), close: () => store.client.close() }
    },
  },
  {
    name: 'MemoryStore',
    async open() {
      const { MemoryStore } = require('express-session')
      return { store: asStore(new MemoryStore()), close: () => {} }
    },
  },
]

/**
 * The formats of encrypted sessions.
 * @typedef {object} Format
 * @property {string} format
 * @property {(module: Module) => object} options of the store
 * @property {boolean} genuine whether connect-mongo has the format, too
 */

/** @type {Format[]} */
const FORMATS = [
  { format: 'plain', options: () => ({}), genuine: false },
  { format: 'crypto', options: () => ({ crypto: { secret: 'AB12!@squirrel' } }), genuine: true },
  {
    format: 'webcrypto',
    options: ({ createWebCryptoAdapter }) => ({ cryptoAdapter: createWebCryptoAdapter({ secret: 'squirrel' }) }),
    genuine: true,
  },
  {
    format: 'encryption',
    options: () => ({ encryption: { keys: [{ id: 'a', secret: Buffer.alloc(32, 1) }] } }),
    genuine: false,
  },
]

/**
 * Both stores with each format that they have.
 * @type {Definition[]}
 */
const ENCRYPTED = FORMATS.flatMap(({ format, options, genuine }) => {
  const ours = `${OURS} ${format}`
  const definition = encrypted({ name: ours, file: '../index.js', database: `encrypted-${format}`, format, options })
  if (!genuine) return [definition]
  const name = `${THEIRS} ${format}`
  const theirs = encrypted({ name, file: 'connect-mongo-6', database: `encrypted-${format}-theirs`, format, options })
  // connect-mongo would need minutes to store the sessions.
  return [definition, { ...theirs, filledBy: ours }]
})

/**
 * A store with encrypted sessions.
 * @param {{ name: string, file: string, database: string } & Omit<Format, 'genuine'>} peer `file` is the module to load
 * @returns {Definition}
 */
function encrypted({ name, file, database, format, options }) {
  return {
    name,
    server: 'mongodb',
    database,
    format,
    async open(url) {
      const module = require(file)
      const store = module.MongoStore.create({ mongoUrl: url, ...options(module) })
      return { store: asStore(store), close: () => store.close() }
    },
  }
}

/**
 * A definition without its function.
 * @param {Definition} definition
 * @returns {Peer}
 */
function described({ open: _, touches = true, ...peer }) {
  return { ...peer, touches }
}

/** All peers, in the order of tables and charts. */
export const PEERS = DEFINITIONS.map(described)

/** The peers that encrypt, by `format`, and ours without encryption. */
export const ENCRYPTED_PEERS = ENCRYPTED.map(described)

/**
 * The peer with a name.
 * @param {string} name
 */
export function peerNamed(name) {
  return described(definitionOf(name))
}

/**
 * Opens the store of a peer.
 * @param {string} name
 * @param {string} url
 */
export function openStore(name, url) {
  return definitionOf(name).open(url)
}

/** @param {string} name */
function definitionOf(name) {
  const definition = [...DEFINITIONS, ...ENCRYPTED].find((candidate) => candidate.name === name)
  if (!definition) throw new RangeError(`There is no peer "${name}".`)
  return definition
}
