'use strict'

// Passport on Express 5: people log in by name, and are looked up with every request in the application's own database.

const { createServer } = require('node:http')
const express = require('express')
const session = require('express-session')
const { MongoClient } = require('mongodb')
const passport = require('passport')
const { Strategy: LocalStrategy } = require('passport-local')
const MongoStore = require('connect-mongo-native')
const { serve } = require('./shared/serve.js')

const { MONGO_URL, VARIANT, MAX_AGE } = process.env
const client = new MongoClient(MONGO_URL)
const users = client.db().collection('users')
const makers = {
  factory: () => new (MongoStore(session))({ url: MONGO_URL }),
  client: () => MongoStore.create({ client }),
}
const store = makers[VARIANT]()

// Nobody has a password here but the name, which signs up those who are not known yet.
passport.use(new LocalStrategy({ usernameField: 'user', passwordField: 'user' }, async (name, _password, done) => {
  try {
    const options = { upsert: true, returnDocument: 'after' }
    done(null, await users.findOneAndUpdate({ name }, { $setOnInsert: { name } }, options))
  } catch (error) {
    done(error)
  }
}))
passport.serializeUser((user, done) => done(null, user.name))
passport.deserializeUser(async (name, done) => {
  try {
    done(null, await users.findOne({ name }) ?? false)
  } catch (error) {
    done(error)
  }
})

const app = express()
app.use(session({
  secret: 'keyboard cat',
  resave: false,
  saveUninitialized: false,
  cookie: { maxAge: Number(MAX_AGE) },
  store,
}))
app.use(passport.session())

app.get('/me', (req, res) => {
  res.json({ id: req.sessionID, user: req.isAuthenticated() ? req.user.name : null })
})
app.post('/login', passport.authenticate('local'), (req, res) => {
  res.json({ id: req.sessionID })
})
app.post('/count', (req, res) => {
  req.session.count = (req.session.count ?? 0) + 1
  res.json({ id: req.sessionID, count: req.session.count })
})
app.post('/logout', (req, res, next) => {
  req.logout((error) => (error ? next(error) : res.json({})))
})

serve(createServer(app), {
  store,
  own: () => client.db().collection('things').insertOne({ name: 'a thing' }),
  close: () => client.close(),
})
