'use strict'

// Stores of the genuine packages that encrypt, next to ours: each reads what the other writes. Releases 4 and 5 of
// connect-mongo use whichever kruptein is installed, so each entry names its release.

const session = require('express-session')

/** Releases of kruptein, oldest first. */
const KRUPTEINS = {
  '2.2.3': 'kruptein-2',
  '3.0.8': 'kruptein-3-0',
  '3.1.1': 'kruptein-3-1',
  '3.3.0': 'kruptein-3-3',
  '3.4.0': 'kruptein',
}

/** Makes a store of connect-mongo 4 or 5 with the given release of kruptein instead of the installed one. */
function withKruptein(Store, release) {
  return (options) => {
    const store = Store.create(options)
    store.crypto = require(KRUPTEINS[release])(store.options.crypto)
    return store
  }
}

/** Functions by name that make a genuine store. Their options have the names of connect-mongo 6. */
const GENUINE = {
  'connect-mongo 6': (options) => require('connect-mongo-6').MongoStore.create(options),
  'connect-mongo 5': withKruptein(require('connect-mongo-5'), '3.0.8'),
  'connect-mongo 4': withKruptein(require('connect-mongo-4'), '3.0.8'),
}

/** connect-mongo 3 with its option `secret`. */
function genuine3({ mongoUrl, collectionName, ...options }) {
  return new (require('connect-mongo-3')(session))({
    url: mongoUrl,
    collection: collectionName,
    mongoOptions: { useUnifiedTopology: true },
    ...options,
  })
}

/** Promisifies a genuine method. Its callback errors may be bare strings. */
function call(store, method, ...args) {
  return new Promise((resolve, reject) => {
    store[method](...args, (error, value) => {
      if (error) reject(error instanceof Error ? error : new Error(String(error)))
      else resolve(value)
    })
  })
}

module.exports = { GENUINE, KRUPTEINS, call, genuine3, withKruptein }
