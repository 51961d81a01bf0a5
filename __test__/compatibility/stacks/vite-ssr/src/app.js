// The application, which Vite bundles for the server: Express with a page that is rendered for the user who is logged in.

import MongoStore from 'connect-mongo-native'
import express from 'express'
import session from 'express-session'
import { render } from './page.js'

const { MONGO_URL, MAX_AGE } = process.env

export const store = MongoStore.create({ mongoUrl: MONGO_URL })
export const app = express()

app.use(
  session({
    secret: 'keyboard cat',
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: Number(MAX_AGE) },
    store,
  }),
)
app.get('/', (req, res) => res.send(render(req.session.user)))

// In a bundle that has both, the store derives from the application's own express-session.
if (!(store instanceof session.Store)) throw new Error("the store does not derive from the application's Store")
