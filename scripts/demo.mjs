// `npm run demo`: sets up a fresh clone, starts the application of examples/express-5 and prints its address.
// With `-- --check` it then uses the application as a browser would and exits 0, or 1 with what failed.
// It must never leave a server running, nor print the credentials of MONGO_URL.
//
//   MONGO_URL  MongoDB to use; by default one is started, and thrown away at the end
//   PORT       port to listen on; by default the first free one from 3000
//   HOST       address to listen on; by default 127.0.0.1

import { createRequire } from 'node:module'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

const DEFAULT_PORT = 3000
const PORTS_TRIED = 50
const DB_NAME = 'connect_mongo_native_demo'
const STOP_TIMEOUT_MS = 3000
/** Seconds: long enough for two requests on a slow machine, short enough to wait for. */
const CHECK_TOUCH_AFTER = 2
/** npm passes on the Ctrl-C which the terminal has already sent here: two signals this close are one. */
const SAME_SIGNAL_MS = 1000

const PARENT_POLL_MS = 500

const check = process.argv.includes('--check')
const host = process.env.HOST || '127.0.0.1'

/** What is open, each with the function that closes it; closed last first. */
const open = []
let stopping = null

async function main() {
  const port = requestedPort()

  const { setup } = await import('./setup.mjs')
  await setup()

  catchSignals()
  followNpm()

  const mongoUrl = process.env.MONGO_URL || (await startMongod())
  if (stopping) return

  // Loaded only now: before the set-up there are no dependencies to load.
  const { createApp } = createRequire(import.meta.url)('../examples/express-5/app.js')
  const touchAfter = check ? CHECK_TOUCH_AFTER : undefined
  const { app, store } = createApp({ mongoUrl, dbName: namesDatabase(mongoUrl) ? undefined : DB_NAME, touchAfter })
  await store.collectionP.catch((err) => {
    throw new Error(`cannot use MongoDB at ${hostsOf(mongoUrl)}: ${err.message}`)
  })
  open.push({ name: 'store', close: () => store.close() })
  if (stopping) return

  const server = createServer(app)
  await listen(server, port)
  open.push({ name: 'HTTP server', close: () => closeServer(server) })
  const address = `http://${host.includes(':') ? `[${host}]` : host}:${server.address().port}`

  if (check) {
    await drive(address, store)
    await stop()
    console.log('The demo works.')
    return
  }
  console.log(`\n  The demo is at ${address}\n  Sessions are in MongoDB at ${hostsOf(mongoUrl)}\n\n  Ctrl-C ends it.\n`)
}

// --- Starting -----------------------------------------------------------------------------------------------------

/** @returns {number | undefined} */
function requestedPort() {
  const { PORT } = process.env
  if (!PORT) return check ? 0 : undefined
  const port = Number(PORT)
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new Error(`PORT must be a number from 0 to 65535, not "${PORT}"`)
  return port
}

async function startMongod() {
  const { startServer } = await import('./mongod.mjs')
  const starting = startServer()
  // Known before it is ready, so that a Ctrl-C meanwhile stops it too; one that could not start needs no stopping.
  open.push({
    name: 'mongod',
    close: () =>
      starting.then(
        (server) => server.stop(),
        () => {},
      ),
  })
  return (await starting).uri
}

async function listen(server, port) {
  const ports = port === undefined ? Array.from({ length: PORTS_TRIED }, (_, i) => DEFAULT_PORT + i) : [port]
  for (const candidate of ports) {
    try {
      server.listen(candidate, host)
      await once(server, 'listening')
      return
    } catch (err) {
      if (err.code !== 'EADDRINUSE') throw err
    }
  }
  throw new Error(
    port === undefined
      ? `no free port from ${DEFAULT_PORT} on; set PORT`
      : `port ${port} is in use; set PORT to another`,
  )
}

/** Whether the connection string names a database, which is then the one to use. */
function namesDatabase(mongoUrl) {
  return /^mongodb(\+srv)?:\/\/[^/]+\/[^?]/.test(mongoUrl)
}

/** The hosts of a connection string. One that is not well formed is not quoted: its password could be anywhere in it. */
function hostsOf(mongoUrl) {
  return /^mongodb(?:\+srv)?:\/\/(?:[^@/?]*@)?([^@/?]+)(?:[/?][^@]*)?$/.exec(mongoUrl)?.[1] ?? 'MONGO_URL'
}

// --- Stopping -----------------------------------------------------------------------------------------------------

function catchSignals() {
  let first = 0
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      if (first && Date.now() - first < SAME_SIGNAL_MS) return
      if (first) process.exit(1)
      first = Date.now()
      stop().then(() => process.exit(0))
    })
  }
}

/** A signal sent to npm alone ends npm and its shell, and does not arrive here: then their end is the signal. */
function followNpm() {
  if (!process.env.npm_lifecycle_event) return
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) stop().then(() => process.exit(0))
  }, PARENT_POLL_MS).unref()
}

/** Close what is open, last first. What does not close in time is reported and left to the end of the process. */
function stop() {
  stopping ??= (async () => {
    while (open.length > 0) {
      const { name, close } = open.pop()
      const timer = new AbortController()
      const late = delay(STOP_TIMEOUT_MS, null, { signal: timer.signal }).then(() => {
        throw new Error(`not within ${STOP_TIMEOUT_MS / 1000} s`)
      })
      await Promise.race([close(), late]).catch((err) => console.error(`The ${name} did not close: ${err.message}`))
      timer.abort()
    }
  })()
  return stopping
}

async function closeServer(server) {
  const closed = once(server, 'close')
  server.close()
  // A request under way may end; a browser that keeps its connection open may not hold the process.
  server.closeIdleConnections()
  setTimeout(() => server.closeAllConnections(), 500).unref()
  await closed
}

// --- Checking -----------------------------------------------------------------------------------------------------

/** Use the application over HTTP, and look in MongoDB whether it did what it says. Prints a line per step. */
async function drive(address, store) {
  const collection = await store.collectionP
  const browser = new Browser(address)
  const name = 'Ada <& "Co">'
  let stored

  await step('the first page asks for a name', async () => {
    const page = await browser.get('/')
    expect(page.status === 200, `GET / answered ${page.status}`)
    expect(page.text.includes('name="name"'), 'the page has no field for the name')
    expect(browser.cookie === null, 'a visitor who has not logged in got a cookie')
  })

  await step('an empty name is refused', async () => {
    const page = await browser.post('/login', { name: ' ' })
    expect(page.status === 400, `POST /login answered ${page.status}`)
  })

  await step('logging in sets a cookie', async () => {
    const page = await browser.post('/login', { name })
    expect(page.status === 303, `POST /login answered ${page.status}`)
    expect(browser.cookie !== null, 'no cookie was set')
    expect(
      /HttpOnly/i.test(browser.attributes) && /SameSite=Lax/i.test(browser.attributes),
      'the cookie is not HttpOnly and SameSite=Lax',
    )
  })

  await step('the visit counter goes up: 1, 2, 3', async () => {
    for (const visits of [1, 2, 3]) {
      const { text } = await browser.get('/')
      const shown = /<dd class="number">(\d+)<\/dd>/.exec(text)?.[1]
      expect(shown === String(visits), `visit ${visits} was shown as ${shown}`)
    }
  })

  await step('the stored document is shown, escaped, as it is in MongoDB', async () => {
    const { text } = await browser.get('/')
    const { text: json } = await browser.get('/session')
    stored = await collection.findOne({ _id: JSON.parse(json)._id })
    expect(stored !== null, 'MongoDB holds no document for the session')
    expect(
      stored.session.name === name && stored.session.visits === 4,
      `MongoDB holds ${JSON.stringify(stored.session)}`,
    )
    expect(stored.expires instanceof Date && stored.expires > new Date(), '"expires" is not a date to come')
    expect(text.includes(stored._id), 'the page does not show the id of the document')
    expect(
      text.includes('Ada &lt;&amp; &quot;Co&quot;&gt;') && !text.includes(name),
      'the page does not escape the name',
    )
  })

  await step('an unchanged session is touched only after touchAfter', async () => {
    await delay(CHECK_TOUCH_AFTER * 1000 + 200)
    await browser.get('/session')
    const touched = await collection.findOne({ _id: stored._id })
    expect(touched.expires > stored.expires, '"expires" did not move')
    expect(touched.session.visits === 4, 'the touch changed the session')
    await browser.get('/session')
    const again = await collection.findOne({ _id: stored._id })
    expect(again.expires.getTime() === touched.expires.getTime(), '"expires" moved before touchAfter had passed')
  })

  await step('logging in again gives a new session id', async () => {
    const before = stored._id
    await browser.post('/login', { name })
    stored = { _id: JSON.parse((await browser.get('/session')).text)._id }
    expect(stored._id !== before, 'the session id stayed the same')
    expect((await collection.findOne({ _id: before })) === null, 'the former document is still in MongoDB')
  })

  await step('logging out removes the document', async () => {
    expect((await collection.findOne({ _id: stored._id })) !== null, 'there was no document to remove')
    const page = await browser.post('/logout')
    expect(page.status === 303, `POST /logout answered ${page.status}`)
    expect((await collection.findOne({ _id: stored._id })) === null, 'the document is still in MongoDB')
    expect((await browser.get('/')).text.includes('name="name"'), 'the page does not ask for a name again')
  })
}

async function step(title, run) {
  try {
    await run()
  } catch (err) {
    throw new Error(`${title}: ${err.message}`, { cause: err })
  }
  console.log(`ok  ${title}`)
}

function expect(condition, message) {
  if (!condition) throw new Error(message)
}

/** A browser with one cookie, which does not follow redirects. */
class Browser {
  cookie = null
  attributes = ''
  #address

  constructor(address) {
    this.#address = address
  }

  get(path) {
    return this.#request(path, {})
  }

  post(path, fields = {}) {
    return this.#request(path, { method: 'POST', body: new URLSearchParams(fields) })
  }

  async #request(path, init) {
    const response = await fetch(this.#address + path, {
      ...init,
      redirect: 'manual',
      headers: this.cookie ? { cookie: this.cookie } : {},
      signal: AbortSignal.timeout(10_000),
    })
    const [set] = response.headers.getSetCookie()
    if (set) {
      const [pair, ...attributes] = set.split(';')
      this.cookie = pair.endsWith('=') ? null : pair
      this.attributes = attributes.join(';')
    }
    return { status: response.status, text: await response.text() }
  }
}

try {
  await main()
} catch (err) {
  // While a Ctrl-C closes everything, what was still starting fails: that is no failure of the demo.
  if (!stopping) {
    console.error(`The demo failed: ${err.message}`)
    await stop()
    process.exit(1)
  }
}
