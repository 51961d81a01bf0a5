'use strict'

// The servers of examples/, as processes of their own.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { ROOT } = require('./child.js')
const { within } = require('./wait.js')

const LISTENING = /^Listening on (http:\/\/\S+)$/m

const running = new Set()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/**
 * Starts a server and waits until it listens. `command` is what follows `node`; `cwd` defaults to the clone, and `port` to a
 * free one. The process is killed after the test if it is still there. Resolves with
 *
 * - `origin`: its address, without the path;
 * - `child`: the process;
 * - `output()`: all that it has printed;
 * - `end(signal)`: sends the signal, and resolves with `{ code, signal }` when the process has ended;
 * - `ended`: the promise of that.
 */
async function startExample(t, command, { cwd = ROOT, env = {}, port = 0 } = {}) {
  const child = spawn(process.execPath, command, {
    cwd,
    env: { ...process.env, NODE_OPTIONS: undefined, NODE_TEST_CONTEXT: undefined, PORT: port, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  t.after(() => child.kill('SIGKILL'))
  const ended = once(child, 'close').then(([code, signal]) => {
    running.delete(child)
    return { code, signal }
  })
  let output = ''
  const listening = new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text
        const origin = LISTENING.exec(output)?.[1]
        if (origin) resolve(origin)
      })
    }
  })
  const early = ended.then(({ code, signal }) => {
    throw new Error(`${command.join(' ')} ended before it listened: ${signal ?? code}\n${output}`)
  })
  early.catch(() => {}) // once it listens, it may end
  const origin = await within(`${command.join(' ')} to listen`, Promise.race([listening, early]))
  return {
    origin,
    child,
    ended,
    output: () => output,
    end(signal = 'SIGTERM') {
      child.kill(signal)
      return within(`${command.join(' ')} to end`, ended)
    },
  }
}

module.exports = { startExample }
