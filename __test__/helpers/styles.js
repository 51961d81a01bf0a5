'use strict'

// The two styles of stores, with the connection options of each. A test file can request stores that use a client of
// the `mongodb` package instead of the addon. It must do so before it loads the tests.

const dns = require('node:dns')
const { MongoClient } = require('mongodb')
const session = require('express-session')
const MongoStore = require('connect-mongo-native')

const THROUGH_CLIENT = process.env.TEST_THROUGH === 'client'

/** `{ name, Store, ofUrl, collectionOption }`: `new Store({ [ofUrl]: url })`. */
const STYLES = [
  { name: 'new MongoStore', Store: MongoStore, ofUrl: 'mongoUrl', collectionOption: 'collectionName' },
  { name: 'new (MongoStore(session))', Store: MongoStore(session), ofUrl: 'url', collectionOption: 'collection' },
].map((style) => (THROUGH_CLIENT ? throughClient(style) : style))

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

module.exports = { STYLES }
