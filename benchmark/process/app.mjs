// An Express 5 application whose sessions are in the store of one peer. Arguments: the peer's name, its URL, the
// process id of its server.

import { once } from 'node:events'
import { createRequire } from 'node:module'
import { Meter } from '../lib/meter.mjs'
import { fill } from '../lib/operations.mjs'
import { serve } from '../lib/serve.mjs'
import { MAX_AGE } from '../lib/sessions.mjs'
import { openStore } from '../peers.mjs'

const require = createRequire(import.meta.url)
const express = require('express')
const session = require('express-session')

const [name, url, pid] = process.argv.slice(2)
const serverPid = Number(pid) || undefined
let meter

async function open({ kb, empty, secret }) {
  const { store } = await openStore(name, url)
  if (empty) await fill(store, kb)
  console.warn = () => {} // that a MemoryStore is not for production is known here

  const app = express()
  app.use(session({ secret, store, resave: false, saveUninitialized: false, cookie: { maxAge: MAX_AGE } }))
  const known = (req, res, next) => {
    if (req.session.key === undefined) res.status(500).end('no session')
    else next()
  }
  app.get('/read', known, (req, res) => {
    res.json({ key: req.session.key, views: req.session.views })
  })
  app.get('/write', known, (req, res) => {
    req.session.views += 1
    res.json({ key: req.session.key, views: req.session.views })
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server.address().port
}

serve({
  /** Opens the store, fills it with sessions of `kb` if it is `empty`, and listens; gives the port. */
  open,
  /** Begins to measure. */
  begin() {
    meter = new Meter(serverPid)
  },
  /** Ends the measurement of `count` requests. */
  end({ count }) {
    return meter.stop(count)
  },
})
