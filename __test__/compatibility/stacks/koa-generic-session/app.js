'use strict'

// Koa 3 with koa-generic-session, whose stores give promises and are told a lifetime where ours takes a callback.

const { createServer } = require('node:http')
const Koa = require('koa')
const session = require('koa-generic-session')
const MongoStore = require('connect-mongo-native')
const { serve } = require('./shared/serve.js')

const { MONGO_URL, MAX_AGE } = process.env
const store = MongoStore.create({ mongoUrl: MONGO_URL, ttl: MAX_AGE / 1000 })
const generic = {
  get: (sid) => store.get(sid),
  set: (sid, value) => store.set(sid, value),
  destroy: (sid) => store.destroy(sid),
}

const app = new Koa()
app.keys = ['keyboard cat']
app.use(session({ store: generic, prefix: '', cookie: { maxAge: Number(MAX_AGE) }, rolling: true }))

const routes = {
  async 'GET /me'(ctx) {
    ctx.body = { id: ctx.sessionId, user: ctx.session.user ?? null }
  },
  async 'POST /login'(ctx) {
    await ctx.regenerateSession()
    ctx.session.user = ctx.query.user
    ctx.body = { id: ctx.sessionId }
  },
  async 'POST /count'(ctx) {
    ctx.session.count = (ctx.session.count ?? 0) + 1
    ctx.body = { id: ctx.sessionId, count: ctx.session.count }
  },
  async 'POST /logout'(ctx) {
    ctx.session = null
    ctx.body = {}
  },
}
app.use((ctx) => routes[`${ctx.method} ${ctx.path}`]?.(ctx))

serve(createServer(app.callback()), { store })
