'use strict'

// Runs the tests of the methods with stores on an emulated engine. Only the stores use it: the tests look at the documents in
// the server behind it. An engine has a file of its own, since the tests are loaded once in a process.

const assert = require('node:assert/strict')
const { after, test } = require('node:test')
const { readdirSync } = require('node:fs')
const path = require('node:path')
const { ENGINES, startEngine } = require('./engines.js')

const METHODS = path.join(__dirname, '..', 'api', 'methods')

/**
 * Starts the engine `name` of `ENGINES`, and then loads the tests, which look for their server as soon as they are loaded. A
 * test file awaits it at its top.
 */
async function runMethodsOn(name) {
  const { engine, stop } = await start(ENGINES[name])
  for (const file of readdirSync(METHODS)) require(path.join(METHODS, file))
  // After what those tests do at their end.
  after(stop)
  test('the stores of these tests used the engine', () => {
    const names = new Set(engine.sent.map((command) => command.name))
    for (const command of ['find', 'update', 'delete']) assert.ok(names.has(command), `no ${command} was sent to it`)
  })
}

async function start(profile) {
  const { startReplicaSet, startServer } = await import('../../scripts/mongod.mjs')
  let own
  if (profile.members) own = await startReplicaSet({ nodes: profile.members })
  else if (!process.env.TEST_MONGO_URL) own = await startServer()
  const uri = own?.uri ?? process.env.TEST_MONGO_URL
  const engine = await startEngine(profile, new URL(uri).host)
  Object.assign(process.env, { TEST_MONGO_URL: uri, TEST_THROUGH: 'engine', TEST_ENGINE_HOST: engine.host })
  const stop = () => {
    engine.close()
    return own?.stop()
  }
  return { engine, stop }
}

module.exports = { runMethodsOn }
