'use strict'

// The servers of examples/, as processes of their own.

const { startProgram } = require('../compatibility/stacks/harness/program.js')
const { ROOT } = require('./child.js')

/**
 * Starts a server and waits until it listens, as `startProgram` does. `command` is what follows `node`; `cwd` defaults to the
 * clone, and `port` to a free one. The process is killed after the test if it is still there.
 */
async function startExample(t, command, { cwd = ROOT, env = {}, port = 0 } = {}) {
  const program = await startProgram({
    folder: cwd,
    command: [process.execPath, ...command],
    env: { PORT: port, ...env },
  })
  t.after(program.kill)
  return program
}

module.exports = { startExample }
