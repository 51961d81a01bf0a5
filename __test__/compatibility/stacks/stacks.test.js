'use strict'

// Runs each stack of `rows.js` as a real application and uses it over HTTP. `STACKS` selects `all` or rows by name; the
// default is the `quick` rows. `STACKS_RESULTS` names a file for the results.

const assert = require('node:assert/strict')
const { randomBytes } = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')
const { after, describe, it } = require('node:test')
const { Browser } = require('../../helpers/browser.js')
const { until } = require('../../helpers/wait.js')
const { whereDeployed } = require('./harness/deploy.js')
const { Deployments } = require('./harness/deployments.js')
const { drive, MAX_AGE } = require('./harness/drive.js')
const { install, STACKS } = require('./harness/install.js')
const { runProgram, startProgram } = require('./harness/program.js')
const { Unavailable } = require('./harness/unavailable.js')
const { rows } = require('./rows.js')

/** For one test. It includes the installation of a row's packages, for which the first of its tests waits. */
const TIMEOUT = 600_000 // ms

/** Servers that the addon does not support. The application's own driver carries the sessions there. */
const OLD_SERVERS = ['4.2']

const results = []
const chosen = choose(process.env.STACKS)

function choose(names) {
  if (!names) return rows.filter(({ quick }) => quick)
  if (names === 'all') return rows
  const wanted = names.split(',')
  const unknown = wanted.filter((name) => !rows.some(({ row }) => row === name))
  if (unknown.length > 0) throw new Error(`No row of rows.js is called ${unknown.join(' or ')}`)
  return rows.filter(({ row }) => wanted.includes(row))
}

/** What runners say of a process that would not end by itself, or of what keeps it from that. */
const KEPT_ALIVE = /did not exit|failed to exit|open handle|force exited|close timed out|prevents .* from exiting/i

/** Runs the tests of an application by a test runner, and resolves with the observed result. */
async function runTests(row, variant, { client, url, connections }) {
  const folder = await install(row)
  const database = `stack-${randomBytes(6).toString('hex')}`
  const db = client.db(database)
  try {
    const { code, output } = await runProgram({
      folder,
      command: row.command(variant),
      env: environment(url, database, variant),
    })
    assert.equal(code, 0, `the tests failed:\n${output}`)
    assert.doesNotMatch(output, KEPT_ALIVE)
    assert((await db.listCollections().toArray()).length > 0, 'the tests stored nothing')
    await until('the connections of the tests to be gone', async () => (await connections()) === 0)
    return { result: 'passed' }
  } finally {
    await db.dropDatabase()
  }
}

/** Runs one application once, where it is deployed, and resolves with the observed result. */
async function run(row, variant, deployment) {
  const built = await install(row)
  return whereDeployed(built, row.deployed?.(variant), (folder) => runIn(folder, row, variant, deployment))
}

async function runIn(folder, row, variant, deployment) {
  const { client, url, members, connections } = deployment
  const database = `stack-${randomBytes(6).toString('hex')}`
  const db = client.db(database)
  await until('the connections of the application before to be gone', async () => (await connections()) === 0)

  const program = await startProgram({
    folder,
    command: typeof row.command === 'function' ? row.command(variant) : (row.command ?? [process.execPath, 'app.js']),
    env: environment(url, database, variant),
  })
  try {
    const { origin } = program
    const sessions = db.collection('sessions')
    await drive(origin + (row.base?.(variant) ?? ''), sessions)
    if (row.also)
      await require(path.join(await install(row), row.also))({ origin, browser: () => new Browser(origin), sessions })
    const native = await connections()
    const transport = native > 0 ? 'native' : 'driver'
    const isByDriver = OLD_SERVERS.includes(row.server) || row.withoutAddon?.(variant)
    assert.equal(transport, isByDriver ? 'driver' : 'native', 'the sessions are carried by the other one')
    assert(native <= limitOfConnections(members), `the store has ${native} connections`)
    assert.deepEqual(await program.stop(), { code: 0, signal: null }, 'the application did not end well')
    if (row.own)
      assert.equal(
        await db.collection('things').countDocuments(),
        1,
        "the application's own connection did not work at the end",
      )
    return { result: 'passed', transport, connections: native }
  } catch (error) {
    throw new Error(`${error.message}\n${program.stderr()}`, { cause: error })
  } finally {
    program.kill()
    await db.dropDatabase()
  }
}

/** Returns the environment of an application. */
function environment(url, database, variant) {
  return { MONGO_URL: url(database), VARIANT: variant, MAX_AGE: String(MAX_AGE) }
}

/** Verifies that a row can't run, and for the stated reason. */
async function refute(row, { url }) {
  const { code, stderr } = await runProgram({
    folder: await install(row),
    command: [process.execPath, 'cannot.js'],
    env: environment(url, 'unused', ''),
  })
  assert.equal(code, 0, `the reason is another, or it can run: ${stderr}`)
  return { result: 'cannot run' }
}

/** Returns the limit for one store: two connections for its work, and two that monitor each server. */
function limitOfConnections(members) {
  return 2 + 2 * members
}

/** Tells whether a row that can't run has a program that shows why. */
function hasReason({ row, folder = row }) {
  return fs.existsSync(path.join(STACKS, folder, 'cannot.js'))
}

/** Runs a test and keeps its result. */
async function noted(t, result, test) {
  results.push(result)
  try {
    Object.assign(result, await test())
  } catch (error) {
    result.reason = error.message
    result.result = error instanceof Unavailable ? 'not run' : 'failed'
    if (error instanceof Unavailable) t.skip(error.message)
    else throw error
  }
}

describe('People stay logged in', { concurrency: true }, () => {
  for (const row of chosen) install(row).catch(() => {}) // ahead of time; the row's tests report a failure

  for (const version of new Set(chosen.map(({ server }) => server))) {
    // Only one application uses a server at a time, so all connections there are its own.
    describe(`on MongoDB ${version}`, { concurrency: false }, () => {
      const deployments = new Deployments(version)
      after(() => deployments.stop())

      for (const row of chosen.filter(({ server }) => server === version)) {
        describe(row.title, { concurrency: false }, () => {
          if (row.cannot) {
            it(`cannot run: ${row.cannot}`, { skip: !hasReason(row) && row.cannot, timeout: TIMEOUT }, (t) =>
              noted(t, { row: row.row }, async () => refute(row, await deployments.get('standalone'))),
            )
          }
          for (const access of row.deployments ?? ['standalone']) {
            for (const variant of row.variants ?? []) {
              it(access === 'standalone' ? variant : `${variant}: ${access}`, { timeout: TIMEOUT }, (t) =>
                noted(t, { row: row.row, variant, access }, async () =>
                  (row.ends ? runTests : run)(row, variant, await deployments.get(access)),
                ),
              )
            }
          }
        })
      }
    })
  }
})

after(() => {
  if (process.env.STACKS_RESULTS) fs.writeFileSync(process.env.STACKS_RESULTS, JSON.stringify(results))
})

describe('rows.js', () => {
  it('has a row for each application that is there', () => {
    const folders = fs.readdirSync(STACKS).filter((name) => fs.existsSync(path.join(STACKS, name, 'package-lock.json')))
    assert.deepEqual(folders, [...new Set(rows.map(({ row, folder = row }) => folder))].sort())
  })

  // A run of all rows writes docs/compatibility.json at its end.
  if (!process.env.STACKS_RESULTS) {
    it('has the rows of docs/compatibility.json', () => {
      const shown = require('../../../docs/compatibility.json').map(({ row }) => row)
      assert.deepEqual(
        shown,
        rows.map(({ row }) => row),
        'npm run test:stacks writes it anew',
      )
    })
  }
})
