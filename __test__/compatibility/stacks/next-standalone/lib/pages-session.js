// Sessions in API routes and getServerSideProps of the Pages Router, by the middleware of express-session.

import expressSession from 'express-session'
import { sessionStore } from './store'

let middleware

/** Gives the request its `req.session`. */
export function withSession(req, res) {
  middleware ??= expressSession({
    secret: process.env.SESSION_SECRET,
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: Number(process.env.MAX_AGE) },
    store: sessionStore(),
  })
  return new Promise((resolve, reject) => {
    middleware(req, res, (error) => (error ? reject(error) : resolve(req.session)))
  })
}
