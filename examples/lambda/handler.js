'use strict'

// An Express application on AWS Lambda, behind an HTTP API of API Gateway or a function URL. Run these for a function on arm64:
//
//   npm ci --omit=dev --os=linux --cpu=arm64 --libc=glibc
//   zip -qr function.zip handler.js node_modules

const express = require('express')
const session = require('express-session')
const MongoStore = require('connect-mongo-native')
const serverless = require('serverless-http')

// Outside of the handler: the invocations of an execution environment share the store and its connections.
const store = MongoStore.create({
  mongoUrl: process.env.MONGO_URL,
  // An environment serves one request at a time, and there may be hundreds of them.
  mongoOptions: { maxPoolSize: 2 },
})

const app = express()
app.set('trust proxy', true) // nothing but API Gateway calls the function, and that speaks HTTPS

app.use(
  session({
    secret: process.env.SESSION_SECRET || 'for this example only',
    resave: false,
    saveUninitialized: false,
    cookie: { secure: true, httpOnly: true, sameSite: 'lax' },
    store,
  }),
)

app.get('/', (req, res) => {
  req.session.visits = (req.session.visits ?? 0) + 1
  res.send(`Visits in this session: ${req.session.visits}\n`)
})

const serve = serverless(app)

exports.handler = (event, context) => {
  context.callbackWaitsForEmptyEventLoop = false // the connections stay open
  return serve(event, context)
}
