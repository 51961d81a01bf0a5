'use strict'

// Stores of the genuine packages that encrypt, beside ours: what one writes, the other reads. The releases 4 and 5 of
// connect-mongo take whatever kruptein is installed: which one it is, is said for each.

const session = require('express-session')

/** Releases of kruptein, from the oldest to the newest. */
const KRUPTEINS = {
  '2.2.3': 'kruptein-2',
  '3.0.8': 'kruptein-3-0',
  '3.1.1': 'kruptein-3-1',
  '3.3.0': 'kruptein-3-3',
  '3.4.0': 'kruptein',
}

/** Makes a store of connect-mongo 4 or 5 with a release of kruptein in place of the installed one. */
function withKruptein(Store, release) {
  return (options) => {
    const store = Store.create(options)
    store.crypto = require(KRUPTEINS[release])(store.options.crypto)
    return store
  }
}

/** By a name: how a genuine store is made from options in the names of connect-mongo 6. */
const GENUINE = {
  'connect-mongo 6': (options) => require('connect-mongo-6').MongoStore.create(options),
  'connect-mongo 5': withKruptein(require('connect-mongo-5'), '3.0.8'),
  'connect-mongo 4': withKruptein(require('connect-mongo-4'), '3.0.8'),
}

/** Connect-mongo 3 with its option `secret`. */
function genuine3({ mongoUrl, collectionName, ...options }) {
  return new (require('connect-mongo-3')(session))({
    url: mongoUrl,
    collection: collectionName,
    mongoOptions: { useUnifiedTopology: true },
    ...options,
  })
}

/** What a genuine method gives by its callback, whose errors may be bare strings. */
function call(store, method, ...args) {
  return new Promise((resolve, reject) => {
    store[method](...args, (error, value) => {
      if (error) reject(error instanceof Error ? error : new Error(String(error)))
      else resolve(value)
    })
  })
}

module.exports = { GENUINE, KRUPTEINS, call, genuine3, withKruptein }
