'use strict'

// Requests that have read their session and change it, and end when the test says so. Meanwhile other requests change the
// same session.

const { EventEmitter, once } = require('node:events')

/**
 * Starts an application with a slow route, on which somebody has logged in. `start` and `options` are those of `app.js`.
 *
 * - `change(session)`: what the slow route does to its session.
 * - `save`: whether it calls `req.session.save()`; otherwise express-session saves at the end of the request.
 *
 * Resolves with `{ app, browser, slowRequest }`. `slowRequest()` resolves when a request has read its session, with
 * `{ end }`, which has it end and resolves with its answer.
 */
async function withSlowRoute(start, t, { change, save = false, routes, ...options }) {
  const held = new EventEmitter()
  const app = await start(t, {
    ...options,
    routes(express) {
      routes?.(express)
      express.post('/slow', (req, res, next) => {
        held.emit('reached', () => {
          change(req.session)
          if (!save) return res.json({})
          req.session.save((error) => (error ? next(error) : res.json({})))
        })
      })
    },
  })
  const browser = app.browser()
  await browser.post('/login?user=Ada')
  async function slowRequest() {
    const reached = once(held, 'reached')
    const answered = browser.post('/slow')
    const [release] = await reached
    return { end: () => (release(), answered) }
  }
  return { app, browser, slowRequest }
}

module.exports = { withSlowRoute }
