'use strict'

// The class that the store derives from where the application does not give one: the Store of an installed
// express-session, or else an EventEmitter with the same methods.

const { EventEmitter } = require('node:events')
const { fromApplication } = require('./common/application-package.js')

/** What express-session's Store offers, for frameworks that bring a session of their own. */
class PlainStore extends EventEmitter {
  regenerate(req, fn) {
    this.destroy(req.sessionID, (error) => {
      this.generate(req)
      fn(error)
    })
  }

  load(sid, fn) {
    this.get(sid, (error, session) => {
      if (error || !session) return error ? fn(error) : fn()
      fn(null, this.createSession({ sessionID: sid, sessionStore: this }, session))
    })
  }

  createSession(req, session) {
    const { cookie } = session
    if (typeof cookie?.expires === 'string') cookie.expires = new Date(cookie.expires)
    req.session = session
    return session
  }
}

function installedStore() {
  return fromApplication('express-session')?.Store ?? PlainStore
}

module.exports = { installedStore }
