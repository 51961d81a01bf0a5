// The stores of the application, one of each kind. All kinds are in one database, each with a collection of its own.

import session from 'express-session'
import { MongoClient } from 'mongodb'
import MongoStore from '../../index.js'

/** @typedef {import('connect-mongo-native').default} Store */
/** @typedef {{ store: Store, close(): Promise<void> }} Opened `close` also closes what the application itself has opened */
/** @typedef {keyof typeof KINDS} Kind */

/** The secrets of the cookies' signatures and of the keys have no meaning here. */
const SECRET = 'a secret of nobody'
/** The time limit of the kind whose callers see deadlines when a server is away for long, in ms. */
const SHORT_LIMIT = 2000

/**
 * @param {Store} store
 * @returns {Opened}
 */
const alone = (store) => ({ store, close: () => store.close() })

/** How the kinds are opened. */
const KINDS = {
  create: (/** @type {string} */ mongoUrl) => alone(MongoStore.create({ mongoUrl, collectionName: 'create' })),
  'new, stringify: false': (/** @type {string} */ mongoUrl) =>
    alone(new MongoStore({ mongoUrl, collectionName: 'documents', stringify: false })),
  factory: (/** @type {string} */ url) => alone(new (MongoStore(session))({ url, collection: 'factory' })),
  client: (/** @type {string} */ url) => {
    const client = new MongoClient(url)
    const store = MongoStore.create({ client, collectionName: 'client' })
    return {
      store,
      async close() {
        await store.close()
        await client.close()
      },
    }
  },
  encryption: (/** @type {string} */ mongoUrl) => {
    const encryption = { keys: [{ id: 'a', secret: Buffer.alloc(32, SECRET) }], hashIds: true }
    return alone(MongoStore.create({ mongoUrl, collectionName: 'encrypted', encryption }))
  },
  timeoutMS: (/** @type {string} */ mongoUrl) =>
    alone(MongoStore.create({ mongoUrl, collectionName: 'impatient', mongoOptions: { timeoutMS: SHORT_LIMIT } })),
}

/** The names of the kinds. */
export const KIND_NAMES = /** @type {Kind[]} */ (Object.keys(KINDS))

/**
 * Whether an operation may fail with this error while a server is away.
 * @param {Kind} kind
 * @param {unknown} error
 */
export function mayFail(kind, error) {
  return kind === 'timeoutMS' && /^Mongo(OperationTimeout|ServerSelection)Error$/.test(Object(error).name)
}

export class Stores {
  #url
  /** The stores that are in memory: open, or closed and not collected. */
  #alive = 0
  #registry = new FinalizationRegistry(() => {
    this.#alive -= 1
  })

  /** @param {string} url */
  constructor(url) {
    this.#url = url
  }

  get alive() {
    return this.#alive
  }

  /**
   * Opens a store, with the method `generate` that express-session adds.
   * @param {Kind} kind
   */
  open(kind) {
    const opened = KINDS[kind](this.#url)
    this.#alive += 1
    this.#registry.register(opened.store, undefined)
    session({ store: opened.store, secret: SECRET, resave: false, saveUninitialized: false })
    return opened
  }
}
