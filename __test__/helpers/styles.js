'use strict'

// The two styles of stores, with the connection's options that each has.

const session = require('express-session')
const MongoStore = require('connect-mongo-native')

/** `{ name, Store, ofUrl, collectionOption }`: `new Store({ [ofUrl]: url })`. */
const STYLES = [
  { name: 'new MongoStore', Store: MongoStore, ofUrl: 'mongoUrl', collectionOption: 'collectionName' },
  { name: 'new (MongoStore(session))', Store: MongoStore(session), ofUrl: 'url', collectionOption: 'collection' },
]

module.exports = { STYLES }
