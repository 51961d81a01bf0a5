'use strict'

// Programs in Node processes of their own. A test can't check in its own process what keeps a process alive or crashes
// it.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const path = require('node:path')

const ROOT = path.join(__dirname, '..', '..')
const LONG = 60_000 // ms

const running = new Set()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/**
 * Runs `main(input)` in a new process, as if it were in a file in the folder `cwd`. It can't access the test's scope,
 * and has `require`. Resolves when the process has ended, with
 *
 * - `code` and `signal`: how it ended. A process that does not end within `limitMs` is killed: `signal` is then SIGKILL;
 * - `lines`: the lines it printed;
 * - `stderr`: text.
 *
 * `onLine(line, child)` receives each line at once, and `args` are Node's.
 */
async function runProgram(main, input = {}, { cwd = ROOT, env = {}, args = [], onLine, limitMs = LONG } = {}) {
  const source = `(${leaveWithParent})(); (${main})(${JSON.stringify(input)})`
  const child = spawn(process.execPath, [...args, '-e', source], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.on('error', () => {})
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs)
  running.add(child)
  const lines = []
  let rest = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop()
    for (const line of parts) {
      lines.push(line)
      onLine?.(line, child)
    }
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const [code, signal] = await once(child, 'close')
  clearTimeout(timer)
  running.delete(child)
  if (rest) lines.push(rest)
  return { code, signal, lines, stderr }
}

/** Runs in the new process: ends it if the test's process was killed, without keeping it alive. */
function leaveWithParent() {
  const parent = process.ppid
  setInterval(() => process.ppid === parent || process.kill(process.pid, 'SIGKILL'), 1000).unref()
}

module.exports = { runProgram, ROOT }
