import session from 'express-session'
import { cookieOptions, secret, sessionStore } from './store'

let middleware

/** Runs express-session, and resolves with the session of the request. */
export function withSession(req, res) {
  middleware ??= session({
    secret,
    resave: false,
    saveUninitialized: false,
    cookie: cookieOptions,
    store: sessionStore(),
  })
  return new Promise((resolve, reject) => {
    middleware(req, res, (error) => (error ? reject(error) : resolve(req.session)))
  })
}
