'use strict'

// The routes that every application has, for any version of Express. `id` is the session id.

module.exports = function addRoutes(app) {
  app.get('/me', (req, res) => {
    send(res, { id: req.sessionID, user: req.session.user ?? null })
  })
  app.post('/login', (req, res, next) => {
    req.session.regenerate((error) => {
      if (error) return next(error)
      req.session.user = req.query.user
      send(res, { id: req.sessionID })
    })
  })
  app.post('/count', (req, res) => {
    req.session.count = (req.session.count ?? 0) + 1
    send(res, { id: req.sessionID, count: req.session.count })
  })
  app.post('/logout', (req, res, next) => {
    req.session.destroy((error) => {
      if (error) return next(error)
      send(res, {})
    })
  })
}

/** Does the work of `res.json`, which differs between the generations of Express. */
function send(res, body) {
  res.setHeader('Content-Type', 'application/json')
  res.end(JSON.stringify(body))
}
