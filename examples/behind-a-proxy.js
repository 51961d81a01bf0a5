'use strict'

// A login behind a proxy that speaks HTTPS with the browser and HTTP with this server, such as nginx or a load balancer. The
// proxy must send `X-Forwarded-Proto: https`.
//
//   MONGO_URL=mongodb://127.0.0.1:27017/examples node examples/behind-a-proxy.js

const express = require('express')
const session = require('express-session')
const MongoStore = require('connect-mongo-native')

const app = express()
app.set('trust proxy', 1) // one proxy stands between the browser and this server

app.use(
  session({
    secret: process.env.SESSION_SECRET || 'for this example only',
    resave: false,
    saveUninitialized: false,
    cookie: { secure: true, httpOnly: true, sameSite: 'lax' },
    store: MongoStore.create({ mongoUrl: process.env.MONGO_URL || 'mongodb://127.0.0.1:27017/examples' }),
  }),
)

app.get('/', (req, res) => res.send(`Hello ${req.session.user ?? 'stranger'}\n`))

app.post('/login', (req, res, next) => {
  req.session.regenerate((error) => {
    if (error) return next(error)
    req.session.user = 'Ada'
    // The browser follows the redirect at once, perhaps to another server. The session must be stored by then.
    req.session.save((saveError) => (saveError ? next(saveError) : res.redirect('/')))
  })
})

const server = app.listen(Number(process.env.PORT || 3000), '127.0.0.1', (err) => {
  if (err) throw err
  console.log(`Listening on http://127.0.0.1:${server.address().port}`)
})
