import MongoStore from 'connect-mongo-native'

export const secret = process.env.SESSION_SECRET
export const cookieOptions = { maxAge: Number(process.env.MAX_AGE), sameSite: 'lax' }

/** One store for all parts of the application, each of which has this module for itself. It is not made by the build. */
export function sessionStore() {
  globalThis.sessionStore ??= MongoStore.create({ mongoUrl: process.env.MONGO_URL })
  return globalThis.sessionStore
}
