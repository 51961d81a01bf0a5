'use strict'

// As Sails documents it: the adapter by name, and the options of express-session and of the store side by side.

const { MONGO_URL, VARIANT, MAX_AGE } = process.env
const { hostname, port, pathname } = new URL(MONGO_URL)
const session = {
  adapter: 'connect-mongo',
  secret: 'keyboard cat',
  cookie: { maxAge: Number(MAX_AGE) },
}

module.exports.session = {
  // What Sails documents for connect-mongo 1.
  adapter: { ...session, url: MONGO_URL },
  // What Sails documented before 1.0, for connect-mongo 0.x.
  'host and db': { ...session, adapter: 'mongo', host: hostname, port: Number(port), db: pathname.slice(1) },
  // What it offers for connect-mongo 4 and later.
  create: {
    ...session,
    mongoUrl: MONGO_URL,
    handleConstructingSessionStore: (options, MongoStore) => MongoStore.create(options),
  },
}[VARIANT]
