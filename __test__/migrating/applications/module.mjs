// An application of connect-mongo 6, whose code no migration changes.

import { createServer } from 'node:http'
import express from 'express'
import session from 'express-session'
import MongoStore from 'connect-mongo'
import addRoutes from './shared/express-routes.js'
import { serve } from './shared/serve.js'

const store = MongoStore.create({ mongoUrl: process.env.MONGO_URL, touchAfter: 24 * 3600 })

const app = express()
app.use(session({ secret: 'keyboard cat', resave: false, saveUninitialized: false, store }))
addRoutes(app)

serve(createServer(app), { store })
