'use strict'

// The two styles of stores, with the connection options of each. A test file can request stores that use a client of
// the `mongodb` package instead of the addon, or that use an emulated engine. It must do so before it loads the tests.

const dns = require('node:dns')
const { MongoClient } = require('mongodb')
const session = require('express-session')
const MongoStore = require('connect-mongo-native')

/** What TEST_THROUGH requests. */
const WAYS = { client: throughClient, engine: throughEngine }

/** `{ name, Store, ofUrl, collectionOption }`: `new Store({ [ofUrl]: url })`. */
const STYLES = [
  { name: 'new MongoStore', Store: MongoStore, ofUrl: 'mongoUrl', collectionOption: 'collectionName' },
  { name: 'new (MongoStore(session))', Store: MongoStore(session), ofUrl: 'url', collectionOption: 'collection' },
].map((style) => WAYS[process.env.TEST_THROUGH]?.(style) ?? style)

/** The style with a client that only its own driver supports, instead of a connection string. */
function throughClient({ name, Store, ofUrl, ...others }) {
  class StoreThroughClient extends Store {
    constructor(options) {
      const client =
        options?.[ofUrl]?.startsWith('mongodb') &&
        new MongoClient(options[ofUrl], { ...options.mongoOptions, lookup: dns.lookup })
      super(client ? { ...options, [ofUrl]: undefined, client } : options)
      if (client) this.clientOfTest = client
    }

    static create(options) {
      return new this(options)
    }

    close(...args) {
      const closed = super.close(...args)
      closed.finally(() => this.clientOfTest?.close()).catch(() => {})
      return closed
    }
  }
  return { ...others, name: `${name} through a client`, Store: StoreThroughClient, ofUrl }
}

/** The style with the engine at TEST_ENGINE_HOST instead of the shared server, which stands behind it. */
function throughEngine({ name, Store, ofUrl, ...others }) {
  const throughProxy = (url) => {
    const { host } = new URL(process.env.TEST_MONGO_URL)
    return url.replace(`//${host}/`, `//${process.env.TEST_ENGINE_HOST}/`).replace(/replicaSet=[^&]*/, '')
  }
  class StoreThroughEngine extends Store {
    constructor(options) {
      super(typeof options?.[ofUrl] === 'string' ? { ...options, [ofUrl]: throughProxy(options[ofUrl]) } : options)
    }

    static create(options) {
      return new this(options)
    }
  }
  return { ...others, name: `${name} on an engine`, Store: StoreThroughEngine, ofUrl }
}

module.exports = { STYLES }
