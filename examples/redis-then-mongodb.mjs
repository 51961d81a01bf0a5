// An application on its way from connect-redis to MongoDB: sessions that are only in Redis stay logged in.
//
//   npm install connect-redis redis
//   REDIS_URL=redis://127.0.0.1:6379 MONGO_URL=mongodb://127.0.0.1:27017/examples node examples/redis-then-mongodb.mjs

import { RedisStore } from 'connect-redis'
import express from 'express'
import session from 'express-session'
import { createClient } from 'redis'
import MigratingStore from './migrating-store.js'

const redis = createClient({ url: process.env.REDIS_URL })
redis.on('error', (error) => console.error(error.message))
await redis.connect()

const store = new MigratingStore({
  mongoUrl: process.env.MONGO_URL || 'mongodb://127.0.0.1:27017/examples',
  ttl: 86_400, // seconds: the default of connect-redis
  former: new RedisStore({ client: redis }),
})

const app = express()
app.use(
  session({
    secret: process.env.SESSION_SECRET || 'for this example only',
    resave: false,
    saveUninitialized: false,
    store,
  }),
)

app.get('/', (req, res) => {
  req.session.visits = (req.session.visits ?? 0) + 1
  res.send(`Visits in this session: ${req.session.visits}\n`)
})

app.listen(process.env.PORT || 3000, () => console.log(`listening on http://localhost:${process.env.PORT || 3000}`))
