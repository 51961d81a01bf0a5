'use strict'

// The images of examples/docker/, as far as they can be tried without an engine: what the Dockerfiles say, and the server as
// they install and run it. `npm run test:containers` builds and runs them.

const assert = require('node:assert/strict')
const { execSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { describe, it } = require('node:test')
const { DockerfileParser } = require('dockerfile-ast')
const { MongoClient } = require('mongodb')
const YAML = require('yaml')
const { Browser } = require('../helpers/browser.js')
const { ROOT, runProgram } = require('../helpers/child.js')
const { isAtWork } = require('../helpers/connections.js')
const { startExample } = require('../helpers/example-process.js')
const { useExample } = require('../helpers/example-folder.js')
const { manifest } = require('../helpers/package-folder.js')
const { useOwnServer } = require('../helpers/server.js')
const { sleep, until } = require('../helpers/wait.js')

const FOLDER = path.join(ROOT, 'examples', 'docker')
const FILES = fs.readdirSync(FOLDER).filter((file) => file.endsWith('.Dockerfile'))

const mongo = useOwnServer({ args: ['--setParameter', 'enableTestCommands=1'] })

/** The instructions of a Dockerfile: `{ keyword, text }`. */
function instructionsOf(file) {
  const dockerfile = DockerfileParser.parse(fs.readFileSync(path.join(FOLDER, file), 'utf8'))
  return dockerfile.getInstructions().map((instruction) => ({
    keyword: instruction.getKeyword(),
    text: instruction.getArgumentsContent() ?? '',
  }))
}

/** The last instruction with this keyword, which is the one that counts. */
const last = (instructions, keyword) => instructions.filter((each) => each.keyword === keyword).at(-1)?.text

for (const file of FILES) {
  describe(file, () => {
    const instructions = instructionsOf(file)

    it('installs from the lock file before it copies the application', () => {
      const [lock, install, application] = [
        'COPY package.json package-lock.json ./',
        'RUN npm ci --omit=dev',
        'COPY . .',
      ]
      const order = instructions.map(({ keyword, text }) => `${keyword} ${text}`)
      const wanted = order.filter((line) => [lock, install, application].includes(line))
      assert.deepEqual(wanted, [lock, install, application])
    })

    it('runs as a user that is not root', () => {
      const image = last(instructions, 'FROM')
      assert(last(instructions, 'USER') === 'node' || image.endsWith(':nonroot'), image)
    })

    it('starts the server and the probe without a shell, so that signals reach the server', () => {
      for (const keyword of ['CMD', 'HEALTHCHECK']) {
        const [, command] = /^(?:CMD )?(\[.*\])$/.exec(last(instructions, keyword))
        assert(JSON.parse(command).length > 0)
      }
    })
  })
}

const COUNT = `grep -c '"node_modules/connect-mongo-native-' package-lock.json`

it('the lock file has the addons of all platforms, wherever it was made', () => {
  const { packages } = JSON.parse(fs.readFileSync(path.join(FOLDER, 'package-lock.json'), 'utf8'))
  const { optionalDependencies } = packages[`node_modules/${manifest.name}`]
  assert.equal(Object.keys(optionalDependencies).length, manifest.napi.targets.length)
  for (const name of Object.keys(optionalDependencies)) assert(packages[`node_modules/${name}`], name)
  if (process.platform === 'win32') return
  assert.equal(Number(execSync(COUNT, { cwd: FOLDER })), manifest.napi.targets.length)
})

describe('kubernetes.yaml', () => {
  const pod = YAML.parse(fs.readFileSync(path.join(FOLDER, 'kubernetes.yaml'), 'utf8')).spec.template.spec
  const [container] = pod.containers

  it('gives the server the time that it takes for itself, and some more', () => {
    const [, patience] = /PATIENCE = (\d+)_000/.exec(fs.readFileSync(path.join(FOLDER, 'app.js'), 'utf8'))
    const needed = container.lifecycle.preStop.sleep.seconds + Number(patience)
    assert(pod.terminationGracePeriodSeconds > needed, `${needed} s are needed`)
  })

  it('probes what HEALTHCHECK probes', () => {
    const { httpGet } = container.livenessProbe
    assert.deepEqual(container.readinessProbe.httpGet, httpGet)
    const [, port, probed] = /\|\| (\d+)\}(\/\w+)`/.exec(fs.readFileSync(path.join(FOLDER, 'healthcheck.js'), 'utf8'))
    assert.deepEqual(httpGet, { path: probed, port: Number(port) })
  })
})

describe('the server, as slim.Dockerfile installs and starts it', () => {
  const instructions = instructionsOf('slim.Dockerfile')
  const [node, ...command] = JSON.parse(last(instructions, 'CMD'))
  const probe = JSON.parse(last(instructions, 'HEALTHCHECK').replace(/^CMD /, ''))
  const example = useExample('docker', last(instructions, 'RUN'))

  const start = (t, url) =>
    startExample(t, command, { cwd: example.folder, env: { MONGO_URL: url, NODE_ENV: 'production' } })

  /** Runs the probe. Resolves with its exit code. */
  async function runProbe({ origin }) {
    const file = path.join(example.folder, ...probe.slice(1))
    const { port } = new URL(origin)
    const { code } = await runProgram((input) => require(input), file, { env: { PORT: port } })
    return code
  }

  it('answers what is under way when it is stopped', async (t) => {
    assert.equal(node, 'node')
    const client = await new MongoClient(mongo.current.uri).connect()
    t.after(() => client.close())
    const server = await start(t, `${mongo.current.url('docker')}?appName=docker`)
    const browser = new Browser(server.origin)
    const slow = { failCommands: ['find'], blockConnection: true, blockTimeMS: 2_000 }
    let visits = 0
    const answerOf = async (request) => assert.equal((await request).body, `Visits in this session: ${visits}\n`)
    const visit = () => {
      visits += 1
      return browser.get('/')
    }
    await answerOf(visit())
    const answer = await until('a request that is seen to be under way', async () => {
      await client.db('admin').command({ configureFailPoint: 'failCommand', mode: { times: 1 }, data: slow })
      const request = visit()
      const answered = request.then(() => 'answered')
      while ((await Promise.race([answered, sleep(10)])) !== 'answered') {
        if (await isAtWork(client, 'docker')) return { request }
      }
      return answerOf(request)
    })
    const end = server.stop()

    await answerOf(answer.request)
    assert.deepEqual(await end, { code: 0, signal: null }, server.output())
    assert.equal(server.output().includes('MongoStoreWarning'), false, server.output())
  })

  it('is healthy while it is up, even without MongoDB', async (t) => {
    const server = await start(t, 'mongodb://127.0.0.1:1/app')
    assert.equal(await runProbe(server), 0)
    assert.deepEqual(await server.stop(), { code: 0, signal: null }, server.output())
    assert.equal(await runProbe(server), 1)
  })
})
