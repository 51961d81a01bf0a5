'use strict'

// An application of connect-mongo 0.8 to 3, whose code no migration changes.

const { createServer } = require('node:http')
const express = require('express')
const session = require('express-session')
const MongoStore = require('connect-mongo')(session)
const addRoutes = require('./shared/express-routes.js')
const { serve } = require('./shared/serve.js')

const store = new MongoStore({ url: process.env.MONGO_URL, touchAfter: 24 * 3600 })

const app = express()
app.use(session({ secret: 'keyboard cat', resave: false, saveUninitialized: false, store }))
addRoutes(app)

// A store of connect-mongo 0.8 is closed by its connection.
serve(createServer(app), { store: { close: () => (store.close ? store.close() : store.db.close()) } })
