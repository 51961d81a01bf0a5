'use strict'

// Runs tests with stores on an emulated engine. Only the stores use it: the tests look at the documents in the server behind
// it. An engine has a file of its own, since the shared tests are loaded once in a process.

const assert = require('node:assert/strict')
const { after, before, test } = require('node:test')
const { readdirSync } = require('node:fs')
const path = require('node:path')
const { ENGINES, startEngine } = require('./engines.js')

const METHODS = path.join(__dirname, '..', 'api', 'methods')

/**
 * Call it at the top of a test file. Starts the engine `name` of `ENGINES`, and runs the tests of the methods on it.
 */
function runMethodsOn(name) {
  process.env.TEST_THROUGH = 'engine'
  const engine = useEngine(name)
  for (const file of readdirSync(METHODS)) require(path.join(METHODS, file))
  test('the stores of these tests used the engine', () => {
    const names = new Set(engine.current.sent.map((command) => command.name))
    for (const command of ['find', 'update', 'delete']) assert.ok(names.has(command), `no ${command} was sent to it`)
  })
}

/** The engine of a test file, or of a `describe`, as `current` when the tests run. */
function useEngine(name) {
  const profile = ENGINES[name]
  const engine = {}
  let own
  before(async () => {
    const { startReplicaSet, startServer } = await import('../../scripts/mongod.mjs')
    if (profile.members || !process.env.TEST_MONGO_URL) {
      own = await (profile.members ? startReplicaSet({ nodes: profile.members }) : startServer())
      process.env.TEST_MONGO_URL = own.uri
    }
    engine.current = await startEngine(profile, new URL(process.env.TEST_MONGO_URL).host)
    process.env.TEST_ENGINE_HOST = engine.current.host
  })
  after(async () => {
    engine.current?.close()
    await own?.stop()
  })
  return engine
}

module.exports = { runMethodsOn, useEngine }
