'use strict'

// The class of sessions where the package that serves is not the one that this package finds: it is nested in a
// framework, installed twice, or only reachable from the program.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { describe, it } = require('node:test')
const { runProgram, ROOT } = require('../helpers/child.js')
const { packageFolder } = require('../helpers/package-folder.js')
const { useServer } = require('../helpers/server.js')

const server = useServer()

/** Puts express-session where only files in `folder` find it, as a copy of its own. */
function nest(folder) {
  const modules = path.join(folder, 'node_modules')
  fs.mkdirSync(modules, { recursive: true })
  const source = path.join(ROOT, 'node_modules', 'express-session')
  // A copy, and not a link: a link would be the same module as the one that it leads to.
  fs.cpSync(source, path.join(modules, 'express-session'), { recursive: true })
  for (const name of Object.keys(require('express-session/package.json').dependencies)) {
    if (!fs.existsSync(path.join(source, 'node_modules', name)))
      fs.symlinkSync(path.join(ROOT, 'node_modules', name), path.join(modules, name), 'junction')
  }
}

/** Runs a program. Resolves with the JSON that it printed. */
async function run(main, input, options) {
  const { code, signal, lines, stderr } = await runProgram(main, input, options)
  assert.deepEqual({ code, signal, stderr }, { code: 0, signal: null, stderr: '' })
  return JSON.parse(lines.at(-1))
}

/**
 * A program that serves with the express-session of `host`. The first request after the start is from somebody who
 * already has a session. Prints what the requests show.
 */
async function serve({ url, host, options }) {
  const { once } = require('node:events')
  const { createServer } = require('node:http')
  const session = require('node:module').createRequire(host)('express-session')
  const MongoStore = require('connect-mongo-native')

  const ids = []
  const settings = {
    secret: 'squirrel',
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: 60_000, sameSite: 'strict' },
  }
  if (options === 'functions') {
    settings.genid = (req) => {
      ids.push(req.headers['x-id'])
      req.marked = true
      return `${req.headers['x-id']}-${ids.length}`.padEnd(32, '.') // long enough to be no cause for a warning
    }
    settings.cookie = (req) => ({ path: '/', maxAge: 60_000, sameSite: req.headers['x-site'] })
  }
  const seen = []
  const start = async () => {
    const store = MongoStore.create({ mongoUrl: url })
    const middleware = session({ ...settings, store })
    const http = createServer((req, res) => {
      const fail = (error) => {
        res.statusCode = 500
        res.end(error.message)
      }
      const before = Object.keys(req)
      middleware(req, res, (error) => {
        if (error) return fail(error)
        if (req.url === '/login') req.session.user = 'Ada'
        const { cookie } = req.session
        seen.push({
          user: req.session.user ?? null,
          isSession: req.session instanceof session.Session,
          isCookie: Object.getPrototypeOf(cookie) === session.Cookie.prototype,
          isId: req.session.id === req.sessionID,
          isOfRequest: req.session.req === req,
          added: Object.keys(req).filter((key) => !before.includes(key)),
          cookie: { ...cookie.data, expires: cookie.expires instanceof Date },
        })
        if (req.url === '/logout') return req.session.destroy((late) => (late ? fail(late) : res.end()))
        if (req.url === '/reload') return req.session.reload((late) => (late ? fail(late) : res.end()))
        res.end()
      })
    })
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    return { http, store, isStore: store instanceof session.Store }
  }

  let cookie = ''
  const visit = async ({ http }, page) => {
    const headers = { cookie, 'x-id': 'id', 'x-site': 'strict' }
    const response = await fetch(`http://127.0.0.1:${http.address().port}${page}`, { headers })
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
    return { status: response.status, text: await response.text() }
  }
  const stop = async ({ http, store }) => {
    http.closeAllConnections()
    http.close()
    await store.close()
  }

  const first = await start()
  const statuses = [await visit(first, '/login')]
  await stop(first)
  const second = await start()
  for (const page of ['/', '/reload', '/logout', '/']) statuses.push(await visit(second, page))
  const { isStore } = second
  await stop(second)
  console.log(JSON.stringify({ statuses: statuses.map(({ status, text }) => `${status}${text}`), isStore, seen, ids }))
}

/** What every visit of `serve` shows. */
function assertSessions({ statuses, seen }) {
  assert.deepEqual(statuses, ['200', '200', '200', '200', '200'])
  assert.deepEqual(
    seen.map(({ user }) => user),
    ['Ada', 'Ada', 'Ada', 'Ada', null],
  )
  // express-session takes a millisecond off it now and then, in a new session.
  for (const visit of seen.slice(1, 4)) assert.equal(visit.cookie.originalMaxAge, seen[0].cookie.originalMaxAge)
  for (const visit of seen) {
    assert.deepEqual(
      { ...visit, user: undefined, added: undefined, cookie: undefined },
      {
        user: undefined,
        added: undefined,
        cookie: undefined,
        isSession: true,
        isCookie: true,
        isId: true,
        isOfRequest: true,
      },
    )
    assert.deepEqual(
      {
        path: visit.cookie.path,
        sameSite: visit.cookie.sameSite,
        httpOnly: visit.cookie.httpOnly,
        expires: visit.cookie.expires,
      },
      { path: '/', sameSite: 'strict', httpOnly: true, expires: true },
    )
  }
}

describe('A session is of the class of the middleware that serves it', () => {
  for (const options of ['values', 'functions']) {
    it(`where only a framework has express-session, whose options are ${options}`, async (t) => {
      const folder = packageFolder(t, ['bson'])
      nest(path.join(folder, 'framework'))
      const host = path.join(folder, 'framework', 'index.js')
      const seen = await run(serve, { url: server.url(server.freshDb()), host, options }, { cwd: folder })
      assertSessions(seen)
    })

    it(`where a framework has another copy than the application, and its options are ${options}`, async (t) => {
      const folder = packageFolder(t, ['bson', 'express-session'])
      nest(path.join(folder, 'framework'))
      const host = path.join(folder, 'framework', 'index.js')
      const seen = await run(serve, { url: server.url(server.freshDb()), host, options }, { cwd: folder })
      assertSessions(seen)
    })
  }

  it('and finding it changes nothing of the request', async (t) => {
    const folder = packageFolder(t, ['bson', 'express-session'])
    const host = path.join(folder, 'index.js')
    const { seen, ids } = await run(
      serve,
      { url: server.url(server.freshDb()), host, options: 'functions' },
      { cwd: folder },
    )
    // Beside the two new sessions, one was made that no request got.
    assert.deepEqual(ids, ['id', 'id', 'id'])
    for (const { added } of seen.slice(1, 4)) assert.equal(added.includes('marked'), false)
  })
})

describe('express-session is found', () => {
  /** Writes a program into its own folder, beside an express-session that this package can't see. */
  function program(t, name, source) {
    const folder = packageFolder(t, ['bson'])
    const app = path.join(folder, 'apps', 'one')
    nest(app)
    fs.writeFileSync(path.join(app, name), source)
    return { folder, app, file: path.join(app, name) }
  }
  const PRINT = 'console.log(JSON.stringify(MongoStore.prototype instanceof session.Store))'
  const asModule = `import session from 'express-session'\nimport MongoStore from 'connect-mongo-native'\n${PRINT}`
  const asScript = `const session = require('express-session'), MongoStore = require('connect-mongo-native')\n${PRINT}`

  /** Starts Node with these arguments in another folder than the program's. */
  async function start(args, cwd) {
    const { execFile } = require('node:child_process')
    const { promisify } = require('node:util')
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd })
    return JSON.parse(stdout)
  }

  it('by an ES module that is started from another folder', async (t) => {
    const { folder, file } = program(t, 'main.mjs', asModule)
    assert.equal(await start([file], folder), true)
  })

  it('by a CommonJS program that is started from another folder', async (t) => {
    const { folder, file } = program(t, 'main.js', asScript)
    assert.equal(await start([file], folder), true)
  })

  it('by an ES module that is started by the name of its folder', async (t) => {
    const { folder, app } = program(t, 'main.mjs', asModule)
    fs.writeFileSync(path.join(app, 'package.json'), JSON.stringify({ type: 'module', main: 'main.mjs' }))
    assert.equal(await start([app], folder), true)
  })

  it('by a program whose copy differs from the one beside this package', async (t) => {
    const { folder, file } = program(t, 'main.js', asScript)
    nest(folder)
    assert.equal(await start([file], folder), true)
  })
})

describe('A class of sessions that can not be found', () => {
  it('is an error that says what to do, in the callback and to the middleware', async (t) => {
    const seen = await run(
      async ({ url }) => {
        const store = require('connect-mongo-native').create({ mongoUrl: url })
        store.generate = () => {
          throw new Error('this request has no tenant')
        }
        await store.set('first', { cookie: {}, user: 'Ada' })
        const errors = [await store.load('first').catch((error) => error)]
        try {
          store.createSession({ sessionID: 'first' }, { cookie: {} })
        } catch (error) {
          errors.push(error)
        }
        console.log(JSON.stringify(errors.map(({ message, cause }) => [message, cause?.message])))
        await store.close()
      },
      { url: server.url(server.freshDb()) },
      { cwd: packageFolder(t, ['bson']) },
    )
    assert.equal(seen.length, 2)
    for (const [message, cause] of seen) {
      assert.match(message, /npm install express-session/)
      assert.match(message, /require\('connect-mongo-native'\)\(require\('express-session'\)\)/)
      assert.equal(cause, 'this request has no tenant')
    }
  })
})
