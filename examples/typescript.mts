// Typed sessions: the application says what its sessions have in them, and the compiler checks it wherever they are used.
//
//   npm install connect-mongo-native express express-session
//   npm install --save-dev typescript @types/express @types/express-session @types/node
//   MONGO_URL=mongodb://127.0.0.1:27017/examples node examples/typescript.mts
//
// Node.js 22.18 or later runs it as it is. For older ones, compile it: npx tsc --module nodenext --outDir dist FILE.

import type { AddressInfo } from 'node:net'
import MongoStore, { type ConnectMongoOptions } from 'connect-mongo-native'
import express from 'express'
import session from 'express-session'

// `req.session` and the methods of the store have these members.
declare module 'express-session' {
  interface SessionData {
    user?: { name: string; since: Date }
    visits?: number
  }
}

const options: ConnectMongoOptions = {
  mongoUrl: process.env['MONGO_URL'] ?? 'mongodb://127.0.0.1:27017/examples',
  collectionName: 'typescript_sessions',
  stringify: false, // dates stay dates
}
const store = MongoStore.create(options)

const app = express()

app.use(
  session({
    secret: process.env['SESSION_SECRET'] ?? 'for this example only',
    resave: false,
    saveUninitialized: false,
    store,
  }),
)

app.get('/', (req, res) => {
  req.session.visits = (req.session.visits ?? 0) + 1
  req.session.user ??= { name: 'Ada', since: new Date() }
  res.send(`${req.session.user.name}, visits in this session: ${req.session.visits}\n`)
})

app.get('/users', async (_req, res) => {
  const sessions = await store.all() // SessionData[]
  res.json(sessions.map(({ user }) => user?.since.toISOString()))
})

const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', (error?: Error) => {
  if (error) throw error
  console.log(`Listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
