'use strict'

// The processes of examples/ecosystem.config.js, which PM2 replaces under load.

const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { before, it } = require('node:test')
const { promisify } = require('node:util')
const { ROOT } = require('../helpers/child.js')
const { startLoad } = require('../helpers/load.js')
const { useServer } = require('../helpers/server.js')
const { visitor } = require('../helpers/visitor.js')
const { until } = require('../helpers/wait.js')

const VISITORS = 20

const server = useServer()
let installed

before(async () => {
  const { installLocked } = await import('../../scripts/lib/locked.mjs')
  installed = await installLocked(path.join(__dirname, 'pm2'))
})

/** Runs commands of PM2, with a daemon of the test's own that ends with it. */
function startPm2(t, env) {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'connect-mongo-native-'))
  const pm2 = async (...args) => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [path.join(installed, 'node_modules', 'pm2', 'bin', 'pm2'), ...args],
      {
        cwd: path.join(ROOT, 'examples'),
        env: {
          ...process.env,
          ...env,
          PM2_HOME: home,
          PM2_DISABLE_VERSION_CHECK: 'true',
          NODE_TEST_CONTEXT: undefined,
        },
      },
    )
    return stdout
  }
  t.after(async () => {
    await pm2('kill')
    fs.rmSync(home, { recursive: true, force: true })
  })
  return pm2
}

it('reloads under load without an error, and all processes see a session', async (t) => {
  const { freePort } = await import('../../scripts/mongod/server.mjs')
  const port = await freePort()
  const pm2 = startPm2(t, { MONGO_URL: server.url(server.freshDb()), PORT: port })
  await pm2('start', 'ecosystem.config.js')
  const running = async () => JSON.parse(await pm2('jlist')).map(({ pid }) => pid)
  const first = await running()
  assert(first.length > 0)

  const answers = Array.from({ length: VISITORS }, () => 0)
  const visits = answers.map(() => visitor(`http://127.0.0.1:${port}/`))
  const load = startLoad(VISITORS, async (n) => {
    answers[n] += 1
    assert.equal(await visits[n](), answers[n])
  })
  await until('answers', () => load.answered > 10 * VISITORS)
  await pm2('reload', 'app')
  const { answered } = load
  await until('answers of the new processes', () => load.answered > answered + 10 * VISITORS)
  await load.stop()

  assert.deepEqual(load.errors, [])
  const second = await running()
  assert.equal(second.length, first.length)
  assert.deepEqual(
    second.filter((pid) => first.includes(pid)),
    [],
  )
})
