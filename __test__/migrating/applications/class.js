'use strict'

// An application of connect-mongo 4 and 5, whose code no migration changes.

const { createServer } = require('node:http')
const express = require('express')
const session = require('express-session')
const MongoStore = require('connect-mongo')
const addRoutes = require('./shared/express-routes.js')
const { serve } = require('./shared/serve.js')

const store = MongoStore.create({ mongoUrl: process.env.MONGO_URL, touchAfter: 24 * 3600 })

const app = express()
app.use(session({ secret: 'keyboard cat', resave: false, saveUninitialized: false, store }))
addRoutes(app)

serve(createServer(app), { store })
