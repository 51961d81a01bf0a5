'use strict'

// An application of a row as a process of its own.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { within } = require('../../../helpers/wait.js')

const running = new Set()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A process in a row's folder; `command` is a program and its arguments, `env` MONGO_URL, VARIANT, MAX_AGE. */
function start({ folder, command, env }) {
  const [program, ...args] = command
  const child = spawn(program, args, { cwd: folder, env: environment(env), stdio: ['pipe', 'pipe', 'pipe'] })
  running.add(child)
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text
  })
  child.stdin.on('error', () => {})
  const ended = once(child, 'close').then(([code, signal]) => {
    running.delete(child)
    return { code, signal }
  })
  return { child, ended, stderr: () => errors.trim() }
}

/** Runs a program to its end; resolves with `code`, `signal` and `stderr`. */
async function runProgram(options) {
  const { child, ended, stderr } = start(options)
  try {
    return { ...(await within('the program to end', ended)), stderr: stderr() }
  } finally {
    child.kill('SIGKILL')
  }
}

/**
 * Starts an application and resolves when it listens, with its `origin`, `stderr()`, `kill()`, and `stop()`, which resolves
 * with how it ended: `{ code, signal }`. Rejects with what it printed when it ends before, or does not listen at all.
 */
async function startProgram(options) {
  const { child, ended, stderr } = start(options)
  const endedEarly = ended.then(({ code, signal }) => {
    throw new Error(`the application ended (${signal ?? `exit code ${code}`}) before it listened`)
  })
  endedEarly.catch(() => {}) // later it may end
  try {
    const port = await within('the application to listen', Promise.race([portOf(child), endedEarly]))
    return {
      origin: `http://127.0.0.1:${port}`,
      stderr,
      stop() {
        child.kill('SIGTERM')
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

/** What the tests themselves run with is none of the application's business. */
function environment(env) {
  // A variable that is undefined is left out.
  return { ...process.env, NODE_OPTIONS: undefined, NODE_TEST_CONTEXT: undefined, ...env }
}

/** Resolves with the port from the line `{"port": N}`; other lines may come before. */
function portOf(child) {
  let rest = ''
  return new Promise((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop()
      for (const line of lines) {
        const port = /^\{"port": ?(\d+)\}\s*$/.exec(line)?.[1]
        if (port) resolve(Number(port))
      }
    })
  })
}

module.exports = { runProgram, startProgram }
