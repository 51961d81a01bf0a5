// One store for the whole application. Next.js loads a module several times, once for each part of the application.

import MongoStore from 'connect-mongo-native'

/** @returns {MongoStore} */
export function sessionStore() {
  globalThis.sessionStore ??= MongoStore.create({ mongoUrl: process.env.MONGO_URL })
  return globalThis.sessionStore
}
