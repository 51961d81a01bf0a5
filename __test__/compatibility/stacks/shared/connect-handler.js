'use strict'

// The routes that every application has, as one handler `(req, res, next)` for Connect. `id` is the session id.

module.exports = function handler(req, res, next) {
  const { pathname, searchParams } = new URL(req.url, 'http://localhost')
  const send = (body) => {
    res.setHeader('Content-Type', 'application/json')
    res.end(JSON.stringify(body))
  }
  switch (`${req.method} ${pathname}`) {
    case 'GET /me':
      return send({ id: req.sessionID, user: req.session.user ?? null })
    case 'POST /login':
      return req.session.regenerate((error) => {
        if (error) return next(error)
        req.session.user = searchParams.get('user')
        send({ id: req.sessionID })
      })
    case 'POST /count':
      req.session.count = (req.session.count ?? 0) + 1
      return send({ id: req.sessionID, count: req.session.count })
    case 'POST /logout':
      return req.session.destroy((error) => (error ? next(error) : send({})))
    default:
      return next()
  }
}
