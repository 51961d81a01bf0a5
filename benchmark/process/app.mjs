// An Express 5 application with its sessions in the store of one peer. Arguments: the name of the peer, its URL, the process
// id of its server.

import { once } from 'node:events'
import express from 'express'
import session from 'express-session'
import { serve } from '../../scripts/lib/serve.mjs'
import { Meter } from '../lib/meter.mjs'
import { fill } from '../lib/operations.mjs'
import { MAX_AGE } from '../lib/sessions.mjs'
import { openStore } from '../peers.mjs'

/** @typedef {import('express').Request} Request */
/** @typedef {typeof methods} Methods */

const [name = '', url = '', pid] = process.argv.slice(2)
const serverPid = Number(pid) || undefined
/** @type {Meter | undefined} */
let meter

/**
 * The content of a request's session.
 * @param {Request} req
 */
const contentOf = (req) => /** @type {{ key?: number, views: number }} */ (/** @type {unknown} */ (req.session))

/** @param {{ kb: number, empty: boolean, secret: string }} options */
async function open({ kb, empty, secret }) {
  const { store } = await openStore(name, url)
  if (empty) await fill(store, kb)
  console.warn = () => {} // suppresses the warning that a MemoryStore is not for production

  const app = express()
  const sessionStore = /** @type {import('express-session').Store} */ (/** @type {unknown} */ (store))
  const cookie = { maxAge: MAX_AGE }
  app.use(session({ secret, store: sessionStore, resave: false, saveUninitialized: false, cookie }))
  app.use((req, res, next) => {
    if (contentOf(req).key === undefined) res.status(500).end('no session')
    else next()
  })
  app.get('/read', (req, res) => {
    const { key, views } = contentOf(req)
    res.json({ key, views })
  })
  app.get('/write', (req, res) => {
    const content = contentOf(req)
    content.views += 1
    res.json({ key: content.key, views: content.views })
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port
}

const methods = {
  /** Opens the store, stores the sessions of a size if it is `empty`, and listens. Gives the port. */
  open,
  /** Starts to measure. */
  begin() {
    meter = new Meter(serverPid)
  },
  /**
   * Ends the measurement.
   * @param {{ count: number }} requests
   */
  end({ count }) {
    if (!meter) throw new Error('nothing is being measured')
    return meter.stop(count)
  },
}

serve(methods)
