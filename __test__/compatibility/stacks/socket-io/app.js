'use strict'

// Socket.IO beside Express 5: both read the sessions by the same middleware.

const { createServer } = require('node:http')
const express = require('express')
const session = require('express-session')
const { Server } = require('socket.io')
const MongoStore = require('connect-mongo-native')
const addRoutes = require('./shared/express-routes.js')
const { serve } = require('./shared/serve.js')

const { MONGO_URL, MAX_AGE } = process.env
const store = MongoStore.create({ mongoUrl: MONGO_URL })
const sessions = session({
  secret: 'keyboard cat',
  resave: false,
  saveUninitialized: false,
  cookie: { maxAge: Number(MAX_AGE) },
  store,
})

const app = express()
app.use(sessions)
addRoutes(app)

const server = createServer(app)
const io = new Server(server)
io.engine.use(sessions)
io.on('connection', (socket) => {
  const { request } = socket
  socket.on('me', (answer) => {
    request.session.reload((error) => answer({ id: request.session.id, user: error ? null : request.session.user ?? null }))
  })
  socket.on('count', (answer) => {
    request.session.reload((error) => {
      if (error) return answer({ error: error.message })
      request.session.count = (request.session.count ?? 0) + 1
      request.session.save((failure) => answer({ error: failure?.message, count: request.session.count }))
    })
  })
})

serve(server, { store })
