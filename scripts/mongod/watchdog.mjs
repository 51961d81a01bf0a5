// Sees to it that no server outlives the process that started it, however that process ends. A child of its own holds
// the other end of a pipe, which the system closes with the parent; it then ends the servers, by their process ids, and
// removes their data. As a program, this file is that child.

import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { runAsProgram } from '../lib/process.mjs'

let child

/** From now on the server `pid` is ended and `folder` removed when this process ends. */
export function watch({ pid, folder }) {
  tell({ watch: { pid, folder } })
}

/** The server has ended (its pid may become another's, and must not be touched any more), or the folder is gone. */
export function unwatch({ pid, folder }) {
  tell({ unwatch: { pid, folder } })
}

function tell(message) {
  if (!child) {
    // Detached, so that a Ctrl-C in the terminal reaches the parent only.
    child = spawn(process.execPath, [fileURLToPath(import.meta.url)], {
      detached: true,
      stdio: ['pipe', 'ignore', 'inherit'],
    })
    child.unref()
    child.stdin.unref()
    child.stdin.on('error', () => {}) // the child was killed: there is nobody left to tell
  }
  child.stdin.write(`${JSON.stringify(message)}\n`)
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
      // It has ended by itself.
    }
  }
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})
