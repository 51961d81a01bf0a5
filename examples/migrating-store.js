'use strict'

// A store for the time of a migration: a session that is not in MongoDB yet is read from the former store, whatever that
// is, and goes to MongoDB with its next change. It must never let a session live on that somebody has logged out of.
//
//   const store = new MigratingStore({ mongoUrl, former: new RedisStore({ client }) })
//
// redis-then-mongodb.mjs is an application that uses it.

const MongoStore = require('connect-mongo-native')

class MigratingStore extends MongoStore {
  #former

  /** The options of a store, and `former`: any store of express-session. */
  constructor({ former, ...options }) {
    super(options)
    this.#former = former
  }

  get(sid, callback) {
    super.get(sid, (error, session) => {
      if (error || session) callback(error, session)
      else this.#former.get(sid, callback)
    })
  }

  /** An unchanged session stays where it is, so that it never takes the place of a change made at the same time. */
  touch(sid, session, callback) {
    super.get(sid, (error, present) => {
      if (error) callback(error)
      else if (present) super.touch(sid, session, callback)
      else if (this.#former.touch) this.#former.touch(sid, session, callback)
      else callback(null)
    })
  }

  /** Removes a session from both stores: from MongoDB last, so that an error leaves it to be removed again. */
  destroy(sid, callback) {
    this.#former.destroy(sid, (error) => {
      if (error) callback?.(error)
      else super.destroy(sid, callback)
    })
  }
}

module.exports = MigratingStore
