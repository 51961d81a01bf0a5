'use strict'

// The routes that every application has, as a Sails controller.

module.exports = {
  me(req, res) {
    res.json({ id: req.sessionID, user: req.session.user ?? null })
  },
  login(req, res) {
    req.session.regenerate((error) => {
      if (error) return res.serverError(error)
      req.session.user = req.query.user
      res.json({ id: req.sessionID })
    })
  },
  count(req, res) {
    req.session.count = (req.session.count ?? 0) + 1
    res.json({ id: req.sessionID, count: req.session.count })
  },
  logout(req, res) {
    req.session.destroy((error) => (error ? res.serverError(error) : res.json({})))
  },
}
