// Koa 3 with koa-session, which keeps its sessions outside by three methods that give promises.

import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import Koa from 'koa'
import session from 'koa-session'
import MongoStore from 'connect-mongo-native'
import { serve } from './shared/serve.js'

const { MONGO_URL, MAX_AGE } = process.env
const store = MongoStore.create({ mongoUrl: MONGO_URL })

/** The lifetime is the application's to say, as express-session says it: by the cookie. */
const external = {
  get: (key) => store.get(key),
  set: (key, value, maxAge) => store.set(key, { ...value, cookie: { expires: new Date(Date.now() + maxAge) } }),
  destroy: (key) => store.destroy(key),
}

const app = new Koa()
app.keys = ['keyboard cat']
app.use(
  session(
    {
      store: external,
      maxAge: Number(MAX_AGE),
      rolling: true,
      genid: (ctx) => (ctx.state.newId = randomUUID()),
    },
    app,
  ),
)

const routes = {
  async 'GET /me'(ctx) {
    ctx.body = { id: ctx.session.externalKey, user: ctx.session.user ?? null }
  },
  async 'POST /login'(ctx) {
    ctx.session = { user: ctx.query.user }
    await ctx.session.regenerate()
    ctx.body = { id: ctx.state.newId } // externalKey goes on to be that of before
  },
  async 'POST /count'(ctx) {
    ctx.session.count = (ctx.session.count ?? 0) + 1
    ctx.body = { id: ctx.session.externalKey, count: ctx.session.count }
  },
  async 'POST /logout'(ctx) {
    ctx.session = null
    ctx.body = {}
  },
}
app.use((ctx) => routes[`${ctx.method} ${ctx.path}`]?.(ctx))

serve(createServer(app.callback()), { store })
