'use strict'

// Applications as processes, and what people do there.

const assert = require('node:assert/strict')
const { startProgram } = require('../../compatibility/stacks/harness/program.js')

/** Starts the application of a file in a folder. It ends with the test `t`, or by its `stop()`, which requires that it ends well. */
async function startApplication(t, { folder, file, url, env = {} }) {
  const program = await startProgram({
    folder,
    command: [process.execPath, file],
    env: { MONGO_URL: url, SESSION_SECRET: 'keyboard cat', ...env },
  })
  t.after(() => program.kill())
  return {
    origin: program.origin,
    stderr: program.stderr,
    async stop() {
      assert.deepEqual(await program.stop(), { code: 0, signal: null }, program.stderr())
    },
  }
}

/** The body of a request's answer, which must be a success. */
async function answer(request) {
  const { status, body } = await request
  assert.equal(status, 200, `the answer was ${status}: ${typeof body === 'string' ? body : JSON.stringify(body)}`)
  return body
}

/** Logs a browser in, and resolves with the id of its session. */
async function logIn(browser, user) {
  return (await answer(browser.post(`/login?user=${user}`))).id
}

module.exports = { answer, logIn, startApplication }
