'use strict'

// The handler of examples/lambda/ in execution environments that start at once, are frozen, and are thawed.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { it } = require('node:test')
const { connectionsOf } = require('../helpers/connections.js')
const { installExample, useExample } = require('../helpers/example-folder.js')
const { httpEvent, startEnvironment } = require('../helpers/lambda.js')
const { npm } = require('../helpers/npm.js')
const { addonFile, manifest, platformName, temporaryFolder } = require('../helpers/package-folder.js')
const { startProxy } = require('../helpers/proxy.js')
const { useServer, withParameters } = require('../helpers/server.js')
const { sleep } = require('../helpers/wait.js')

const COLD_STARTS = 5
/** The store looks at its servers this often, and gives up a connection after that time without an answer. */
const IMPATIENT = { heartbeatFrequencyMS: 500, connectTimeoutMS: 1_000, socketTimeoutMS: 1_000 }
const FROZEN = 5_000 // ms
/** As handler.js says it. */
const FOR_ARM64 = 'npm ci --omit=dev --os=linux --cpu=arm64 --libc=glibc'

const server = useServer()
const example = useExample('lambda', 'npm ci --omit=dev')

/** Cookies of a response, as a browser sends them back. */
const cookiesOf = ({ cookies }) => cookies.map((cookie) => cookie.split(';')[0])

/** An execution environment. */
const start = (t, env) => startEnvironment(t, { folder: example.folder, env })

async function visit(environment, cookies) {
  const response = await environment.invoke(httpEvent('/', cookies))
  assert.equal(response.statusCode, 200, response.body)
  return { response, visits: Number(/: (\d+)/.exec(response.body)[1]) }
}

it('a session is seen by all execution environments, which start at once', async (t) => {
  const url = withParameters(server.url(server.freshDb()), { appName: 'lambda' })
  const environments = Array.from({ length: COLD_STARTS }, () => start(t, { MONGO_URL: url }))
  const first = await Promise.all(environments.map((environment) => visit(environment)))
  for (const { response, visits } of first) {
    assert.equal(visits, 1)
    assert.match(response.cookies[0], /; HttpOnly; Secure; SameSite=Lax/)
  }
  const cookies = cookiesOf(first[0].response)
  for (const [n, environment] of environments.entries()) {
    assert.equal((await visit(environment, cookies)).visits, n + 2)
  }
  const connections = await connectionsOf(server.client, 'lambda')
  assert(connections <= 3 * COLD_STARTS, `${connections} connections: more than two and the one that watches`)
})

it('an environment goes on after it was frozen for longer than any timeout of the connections', async (t) => {
  const environment = start(t, { MONGO_URL: withParameters(server.url(server.freshDb()), IMPATIENT) })
  const { response } = await visit(environment)
  for (const expected of [2, 3]) {
    environment.freeze()
    await sleep(FROZEN)
    environment.thaw()
    assert.equal((await visit(environment, cookiesOf(response))).visits, expected)
  }
})

it('an environment goes on if its connections were closed while it was frozen', async (t) => {
  const proxy = await startProxy(new URL(server.url('x')).port)
  t.after(() => proxy.close())
  const url = `mongodb://${proxy.host}/${server.freshDb()}?directConnection=true`
  server.db(url.split('/').at(-1).split('?')[0])
  const environment = start(t, { MONGO_URL: url })
  const { response } = await visit(environment)
  environment.freeze()
  proxy.drop()
  environment.thaw()
  assert.equal((await visit(environment, cookiesOf(response))).visits, 2)
})

it('the package for arm64 is installed on any machine, by the flags of npm', async (t) => {
  const name = `${manifest.name}-linux-arm64-gnu`
  const tarballs = temporaryFolder(t)
  const source = path.join(tarballs, name)
  fs.mkdirSync(source)
  fs.writeFileSync(path.join(source, 'package.json'), JSON.stringify({ name, version: manifest.version }))
  const [{ filename }] = JSON.parse(await npm(['pack', '--json', '--pack-destination', tarballs], { cwd: source }))
  const addons = new Map([[name, path.join(tarballs, filename)]])

  assert(fs.readFileSync(path.join(example.folder, 'handler.js'), 'utf8').includes(`//   ${FOR_ARM64}\n`))
  const installed = await installExample(t, 'lambda', FOR_ARM64, { addons })
  const ours = fs.readdirSync(path.join(installed, 'node_modules')).filter((each) => each.startsWith(manifest.name))
  assert.deepEqual(ours, [manifest.name, name])
})

it("Vercel's tracer of files finds the addon", async () => {
  const { installLocked, requireFrom } = await import('../../scripts/lib/locked.mjs')
  const { nodeFileTrace } = requireFrom(await installLocked(path.join(__dirname, 'vercel')))('@vercel/nft')
  const { fileList } = await nodeFileTrace([path.join(example.folder, 'handler.js')], { base: example.folder })
  const file = addonFile()
  assert(fileList.has(path.join('node_modules', platformName(), file)), file)
})
