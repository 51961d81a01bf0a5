'use strict'

// Every stack of `rows.js`, as a real application that is used over HTTP. `STACKS` chooses: `all`, or the names of rows;
// by default those that are `quick`. `STACKS_RESULTS` names a file for the results.

const assert = require('node:assert/strict')
const { randomBytes } = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')
const { after, describe, it } = require('node:test')
const { Browser } = require('../helpers/browser.js')
const { until } = require('../helpers/wait.js')
const { connectionsOf, Deployments } = require('./harness/deployments.js')
const { drive, MAX_AGE } = require('./harness/drive.js')
const { install, STACKS } = require('./harness/install.js')
const { startProgram } = require('./harness/program.js')
const { Unavailable } = require('./harness/unavailable.js')
const { rows } = require('./rows.js')

/** A row installs its packages first, and the next row of the same server waits for it. */
const TIMEOUT = 600_000 // ms

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

/** Runs one application once; resolves with what was seen of it beside that it works. */
async function run(row, variant, deployment) {
  const folder = await install(row)
  const { client, url, members } = deployment
  const database = `stack-${randomBytes(6).toString('hex')}`
  const db = client.db(database)
  await until('the connections of the application before to be gone', async () => (await connectionsOf(client)).native === 0)

  const program = await startProgram({
    folder,
    command: row.command ?? [process.execPath, 'app.js'],
    env: { MONGO_URL: url(database), VARIANT: variant, MAX_AGE: String(MAX_AGE) },
  })
  try {
    const { origin } = program
    const sessions = db.collection('sessions')
    await drive(origin, sessions)
    if (row.also) await require(path.join(folder, row.also))({ origin, browser: () => new Browser(origin), sessions })
    const { native } = await connectionsOf(client)
    assert(native <= limitOfConnections(members), `the store has ${native} connections`)
    assert.deepEqual(await program.stop(), { code: 0, signal: null }, 'the application did not end well')
    if (row.own) assert.equal(await db.collection('things').countDocuments(), 1, "the application's own connection did not work at the end")
    return { transport: native > 0 ? 'native' : 'driver', connections: native }
  } catch (error) {
    throw new Error(`${error.message}\n${program.stderr()}`, { cause: error })
  } finally {
    program.kill()
    await db.dropDatabase()
  }
}

/** For a store: four for its work, and for each server two that watch it. */
function limitOfConnections(members) {
  return 4 + 2 * members
}

function title(variant, access) {
  return access === 'standalone' ? variant : `${variant}: ${access}`
}

describe('People stay logged in', { concurrency: true, timeout: TIMEOUT }, () => {
  for (const row of chosen) if (!row.cannot) install(row).catch(() => {}) // in good time; its tests tell what went wrong

  for (const version of new Set(chosen.map(({ server }) => server))) {
    // One application at a time has a server, so that the connections there are its own.
    describe(`on MongoDB ${version}`, { concurrency: false }, () => {
      const deployments = new Deployments(version)
      after(() => deployments.stop())

      for (const row of chosen.filter(({ server }) => server === version)) {
        describe(row.title, { concurrency: false }, () => {
          for (const access of row.deployments ?? ['standalone']) {
            for (const variant of row.variants) {
              it(title(variant, access), { skip: row.cannot }, async (t) => {
                const result = { row: row.row, variant, access }
                results.push(result)
                try {
                  Object.assign(result, { result: 'passed', ...await run(row, variant, await deployments.get(access)) })
                } catch (error) {
                  result.reason = error.message
                  if (error instanceof Unavailable) {
                    result.result = 'not run'
                    return t.skip(error.message)
                  }
                  result.result = 'failed'
                  throw error
                }
              })
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
})
