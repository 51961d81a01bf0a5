// Makes sure that no server outlives the process that started it, however that process ends. A child process holds the
// other end of a pipe, which the operating system closes when the parent ends. The child then kills the servers and
// removes their data. As a program, this file is that child.

import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { runAsProgram } from '../lib/program.mjs'

/** @typedef {{ pid?: number, folder?: string }} Watched the process id of a server, or the folder with its data, or both */

/** @type {import('node:child_process').ChildProcessByStdio<import('node:stream').Writable, null, null> | undefined} */
let child

/**
 * Kills the server and removes the folder when this process ends.
 * @param {Watched} watched
 */
export function watch({ pid, folder }) {
  tell({ watch: { pid, folder } })
}

/**
 * Forgets a server that has ended, or a folder that is gone. The system may give the pid to another process, which must
 * not be killed.
 * @param {Watched} watched
 */
export function unwatch({ pid, folder }) {
  tell({ unwatch: { pid, folder } })
}

/** @param {{ watch?: Watched, unwatch?: Watched }} message */
function tell(message) {
  child ??= startChild()
  child.stdin.write(`${JSON.stringify(message)}\n`)
}

function startChild() {
  const started = spawn(process.execPath, [fileURLToPath(import.meta.url)], {
    detached: true, // Ctrl-C in the terminal must reach the parent only
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  started.unref()
  // The pipe to a child is a socket, although its type only promises a stream.
  const pipe = /** @type {import('node:net').Socket} */ (started.stdin)
  pipe.unref()
  pipe.on('error', () => {}) // the child was killed, and nobody is left to tell
  return started
}

await runAsProgram(import.meta.url, async () => {
  const pids = new Set()
  const folders = new Set()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})
  for await (const line of createInterface({ input: process.stdin })) {
    const { watch: added, unwatch: removed } = JSON.parse(line)
    if (added?.pid) pids.add(added.pid)
    if (added?.folder) folders.add(added.folder)
    pids.delete(removed?.pid)
    folders.delete(removed?.folder)
  }
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has already ended.
    }
  }
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})
