'use strict'

// The configuration that Sails documents: the adapter by name, with the options of express-session and the store mixed.

const { MONGO_URL, VARIANT, MAX_AGE } = process.env
const { hostname, port, pathname } = new URL(MONGO_URL)
const session = {
  adapter: 'connect-mongo',
  secret: 'keyboard cat',
  cookie: { maxAge: Number(MAX_AGE) },
}

module.exports.session = {
  // The form that Sails documents for connect-mongo 1.
  adapter: { ...session, url: MONGO_URL },
  // The form that Sails documented before 1.0, for connect-mongo 0.x.
  'host and db': { ...session, adapter: 'mongo', host: hostname, port: Number(port), db: pathname.slice(1) },
  // The form that Sails offers for connect-mongo 4 and later.
  create: {
    ...session,
    mongoUrl: MONGO_URL,
    handleConstructingSessionStore: (options, MongoStore) => MongoStore.create(options),
  },
}[VARIANT]
