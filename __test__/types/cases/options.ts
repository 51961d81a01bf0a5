// Options of the current class: those that the compiler accepts, and those that it refuses.

import { MongoStore, type ConnectMongoOptions } from 'connect-mongo-native'

const mongoUrl = 'mongodb://127.0.0.1/app'

const everything: ConnectMongoOptions = {
  mongoUrl,
  mongoOptions: {
    timeoutMS: 5000,
    serverSelectionTimeoutMS: 500,
    socketTimeoutMS: 500,
    maxPoolSize: 5,
    tls: true,
    auth: { username: 'u', password: 'p' },
  },
  dbName: 'app',
  collectionName: 'visits',
  ttl: 3600,
  autoRemove: 'interval',
  autoRemoveInterval: 0.5,
  touchAfter: 24 * 3600,
  stringify: false,
  serialize: async (session) => JSON.stringify(session),
  unserialize: async (stored: string) => JSON.parse(stored),
  transformId: async (sid) => Buffer.from(sid, 'base64url'),
  timestamps: true,
  saveDestroyed: true,
  onConflict: async ({ sid, base, mine, theirs }) => ({ ...theirs, ...mine, cookie: base.cookie, sid }),
  writeOperationOptions: { w: 'majority', journal: true, wtimeoutMS: 500, j: true, wtimeout: 500 },
}
new MongoStore(everything)
MongoStore.create(everything)

// An optional setting, such as one from the environment, can be passed unchanged.
const environment: { ttl?: number; db: string | undefined } = { db: undefined }
MongoStore.create({
  mongoUrl,
  ttl: environment.ttl,
  dbName: environment.db,
  autoRemove: undefined,
  serialize: undefined,
})

// Old names.
new MongoStore({ url: mongoUrl, collection: 'visits', hash: true, defaultExpirationTime: 60_000 })
new MongoStore({ url: mongoUrl, hash: { salt: 's', algorithm: 'sha256' } })

// Hooks that are not async, or declare their parameters differently.
MongoStore.create({ mongoUrl, serialize: (session: any) => session, unserialize: (stored: unknown) => stored })
MongoStore.create({ mongoUrl, serialize: (session: Record<string, any>) => ({ ...session }) })
MongoStore.create({ mongoUrl, transformId: (sid) => `visits/${sid}` })

// @ts-expect-error there is nothing to connect to without options
new MongoStore()
// @ts-expect-error the same
MongoStore.create()
// @ts-expect-error options are an object
new MongoStore(mongoUrl)
// @ts-expect-error a class needs new; the factory needs a session package
MongoStore({ mongoUrl })
// @ts-expect-error a URL is a string
new MongoStore({ mongoUrl: 5 })
// @ts-expect-error ttl is a number
new MongoStore({ mongoUrl, ttl: 'x' })
// @ts-expect-error ttl is not null
new MongoStore({ mongoUrl, ttl: null })
// @ts-expect-error touchAfter is a number of seconds
new MongoStore({ mongoUrl, touchAfter: true })
// @ts-expect-error three modes there are
new MongoStore({ mongoUrl, autoRemove: 'sometimes' })
// @ts-expect-error the mode has a name
new MongoStore({ mongoUrl, autoRemove: true })
// @ts-expect-error minutes are a number
new MongoStore({ mongoUrl, autoRemove: 'interval', autoRemoveInterval: '10' })
// @ts-expect-error replaced by autoRemove
new MongoStore({ mongoUrl, createAutoRemoveIdx: true })
// @ts-expect-error not a boolean
new MongoStore({ mongoUrl, stringify: 'yes' })
// @ts-expect-error not a function
new MongoStore({ mongoUrl, serialize: 'json' })
// @ts-expect-error an id is never a boolean
new MongoStore({ mongoUrl, transformId: () => true })
// @ts-expect-error no such key of a write concern
new MongoStore({ mongoUrl, writeOperationOptions: { wtimeoutMs: 5 } })
// @ts-expect-error not an object
new MongoStore({ mongoUrl, mongoOptions: 5 })
// @ts-expect-error known options of the driver have their types
new MongoStore({ mongoUrl, mongoOptions: { maxPoolSize: 'many' } })
// @ts-expect-error only for the class that the factory makes
new MongoStore({ mongoUrl, fallbackMemory: true })
// @ts-expect-error so has the time of an operation
new MongoStore({ mongoUrl, mongoOptions: { timeoutMS: 'long' } })
// @ts-expect-error a slip of the pen
new MongoStore({ mongoUrl, touchafter: 5 })
