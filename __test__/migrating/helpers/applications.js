'use strict'

// Applications as processes, and what people do there.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { install } = require('../../compatibility/stacks/harness/install.js')
const { runProgram, startProgram } = require('../../compatibility/stacks/harness/program.js')

const APPLICATIONS = path.join(__dirname, '..', 'applications')

/** Installs the packages of an application of `applications/`, and resolves with its folder. */
function installApplication(name) {
  return install({ row: name, source: path.join(APPLICATIONS, name) })
}

/** Puts a program into a folder, and returns its file name. */
function place(folder, { file, source }) {
  fs.writeFileSync(path.join(folder, file), source)
  return file
}

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

/** Runs a program to its end. Resolves with what it prints. */
async function runToEnd({ folder, file, source, url, args = [], env = {}, expectedCode = 0 }) {
  if (source) place(folder, { file, source })
  const command = [process.execPath, file, ...args]
  const { code, output } = await runProgram({ folder, command, env: { MONGO_URL: url, ...env } })
  assert.equal(code, expectedCode, output)
  return output
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

module.exports = { APPLICATIONS, answer, installApplication, logIn, place, runToEnd, startApplication }
