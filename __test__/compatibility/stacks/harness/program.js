'use strict'

// Runs the application of a row in its own process.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { within } = require('../../../helpers/wait.js')

/** Time for a program that ends by itself, such as a test runner with its tests. */
const LONG = 300_000 // ms

const running = new Set()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a process in a row's folder. `command` is a program with arguments; `env` has MONGO_URL, VARIANT, MAX_AGE. */
function start({ folder, command, env }) {
  const [program, ...args] = command
  const child = spawn(program, args, { cwd: folder, env: environment(env), stdio: ['pipe', 'pipe', 'pipe'] })
  running.add(child)
  let errors = ''
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text
    output += text
  })
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  child.stdin.on('error', () => {})
  const ended = once(child, 'close').then(([code, signal]) => {
    running.delete(child)
    return { code, signal }
  })
  return { child, ended, stderr: () => errors.trim(), output: () => output }
}

/** Runs a program to its end and resolves with `code`, `signal`, `stderr` and `output`, which is all that it prints. */
async function runProgram(options) {
  const { child, ended, stderr, output } = start(options)
  try {
    const status = await within('the program to end', ended, LONG)
    return { ...status, stderr: stderr(), output: output() }
  } finally {
    child.kill('SIGKILL')
  }
}

/**
 * Starts an application. As soon as it listens, resolves with its `origin`, `child`, `ended`, `stderr()`, `output()`, `kill()` and
 * `stop(signal)`. `ended` and `stop()` resolve with the exit status: `{ code, signal }`. If the application ends early or
 * never listens, rejects with its output.
 */
async function startProgram(options) {
  const { child, ended, stderr, output } = start(options)
  const endedEarly = ended.then(({ code, signal }) => {
    throw new Error(`the application ended (${signal ?? `exit code ${code}`}) before it listened`)
  })
  endedEarly.catch(() => {}) // once it listens, it may end
  try {
    const port = await within('the application to listen', Promise.race([portOf(child), endedEarly]))
    return {
      origin: `http://127.0.0.1:${port}`,
      child,
      ended,
      stderr,
      output,
      stop(signal = 'SIGTERM') {
        child.kill(signal)
        child.stdin.end() // Deno can't be made to give up a read from it
        return within('the application to end', ended)
      },
      kill: () => child.kill('SIGKILL'),
    }
  } catch (error) {
    child.kill('SIGKILL')
    const [why] = /^\w*Error\b.*/m.exec(stderr()) ?? []
    throw new Error(`${error.message}${why ? `: ${why}` : ''}\n${stderr()}`, { cause: error })
  }
}

/** Returns the environment of an application, without the settings of the test runner. */
function environment(env) {
  // `spawn` leaves out undefined variables.
  return { ...process.env, NODE_OPTIONS: undefined, NODE_TEST_CONTEXT: undefined, ...env }
}

/** Resolves with the port from the line `{"port": N}` or `Listening on http://127.0.0.1:N`. Other lines may precede it. */
function portOf(child) {
  let rest = ''
  return new Promise((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop()
      for (const line of lines) {
        const port = /^(?:\{"port": ?(\d+)\}|listening on http:\/\/127\.0\.0\.1:(\d+))\s*$/i
          .exec(line)
          ?.slice(1)
          .find(Boolean)
        if (port) resolve(Number(port))
      }
    })
  })
}

module.exports = { runProgram, startProgram }
