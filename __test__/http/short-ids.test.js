'use strict'

// Whoever guesses the id of a session is logged in. The store tells once of ids that are too short.

const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const { randomBytes, randomUUID } = require('node:crypto')
const { it } = require('node:test')
const { SETUPS, useApps } = require('../helpers/app.js')

const start = useApps()
const [setup] = SETUPS

/** Logs in a few times with ids of a kind, and resolves with the warnings. */
async function warningsOf(t, genid) {
  const warnings = []
  const note = (warning) => warning.code === 'MONGO_STORE_ID' && warnings.push(warning.message)
  process.on('warning', note)
  t.after(() => process.off('warning', note))
  const app = await start(t, { setup, session: { genid } })
  for (let n = 0; n < 3; n += 1) await app.browser().post('/login?user=Ada')
  return warnings
}

it('ids with 128 bits or more, and UUIDs, are not warned of', async (t) => {
  for (const genid of [
    undefined,
    () => randomBytes(16).toString('base64url'),
    () => randomBytes(16).toString('hex'),
    () => randomUUID(),
  ]) {
    assert.deepEqual(await warningsOf(t, genid), [])
  }
})

it('an id that a program stores itself may be short', async (t) => {
  const app = await start(t, { setup })
  await app.store.set('short', { cookie: {} })
  assert.deepEqual(await warningsOf(t, undefined), [])
})

it('shorter ids are warned of once, without an id in the message', async (t) => {
  const ids = []
  const short = () => ids[ids.push(randomBytes(12).toString('base64url')) - 1]
  const warnings = await warningsOf(t, short)
  assert.equal(warnings.length, 1)
  assert.match(warnings[0], /only 16 characters.*genid/)
  assert(ids.every((id) => !warnings[0].includes(id)))
  assert.deepEqual(await warningsOf(t, () => randomBytes(12).toString('hex')), [], 'it was said before')
})

it('hexadecimal ids need more characters', () => {
  const program = `
    const { warnOfShort } = require(${JSON.stringify(require.resolve('../../lib/session/session-id.js'))})
    process.on('warning', ({ code }) => console.log(code))
    warnOfShort('${'4f'.repeat(16)}')
    warnOfShort('${'4f'.repeat(15)}g')
    warnOfShort('${'4f'.repeat(15)}')`
  const output = execFileSync(process.execPath, ['--no-warnings', '-e', program], { encoding: 'utf8' })
  assert.equal(output, 'MONGO_STORE_ID\n')
})
