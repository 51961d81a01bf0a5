// What the process holds at a moment, as the system and the engine count it.

import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * @typedef {object} Level
 * @property {number} rss resident memory that is not a page of a file, in bytes: the system drops and loads those as it likes
 * @property {number} heap of JavaScript, with the buffers outside of it, in bytes
 * @property {number} fds file descriptors
 * @property {number} sockets those of the file descriptors that are sockets
 * @property {number} threads
 * @property {number} handles what keeps the event loop busy: timers, sockets, requests
 */

/** What `settled` compares. Each is a count, and must come back to what it was. */
export const COUNTS = /** @type {const} */ (['fds', 'sockets', 'threads', 'handles'])
/** @typedef {typeof COUNTS[number]} Count */

/** How long the process may take to come to rest, in ms: threads that have nothing to do end after 10 s. */
const PATIENCE = 60_000
const PAUSE = 500
/** How long V8 may take to return memory to the system, in ms. */
const UNMAPPING = 100

/**
 * Collects the garbage, so that only what something still refers to counts: memory that could be freed at any time is no
 * leak, and how much of it there is depends on the moment. It takes two passes, as the first one only calls what frees the
 * native half of an object, in a later turn of the event loop. V8 returns the freed pages from another thread: up to 20 MB,
 * a moment later. Needs `--expose-gc`.
 */
async function collectGarbage() {
  const { gc } = globalThis
  if (!gc) throw new Error('Node.js must be started with --expose-gc.')
  gc()
  await sleep(1)
  gc()
  await sleep(UNMAPPING)
}

/** @returns {Promise<Level>} */
export async function measureLevel() {
  await collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  const rss = 1024 * Number(/^RssAnon:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1])
  const fds = readdirSync('/proc/self/fd').flatMap(targetOf)
  return {
    rss,
    heap: heapUsed + external,
    fds: fds.length,
    sockets: fds.filter((target) => target.startsWith('socket:')).length,
    threads: readdirSync('/proc/self/task').length,
    handles: process.getActiveResourcesInfo().length,
  }
}

/**
 * What a file descriptor of this process leads to; nothing if it is closed by now, as that of the folder itself.
 * @param {string} fd
 */
function targetOf(fd) {
  try {
    return [readlinkSync(`/proc/self/fd/${fd}`)]
  } catch {
    return []
  }
}

/**
 * Resolves with the level when nothing is above `bound` any more, or after a while in any case.
 * @param {Partial<Level>} bound
 * @param {() => boolean} [isSettled] whether everything else has come to rest
 */
export async function settledLevel(bound, isSettled = () => true) {
  for (const deadline = Date.now() + PATIENCE; ; await sleep(PAUSE)) {
    const level = await measureLevel()
    const isAbove = COUNTS.some((count) => level[count] > (bound[count] ?? Infinity))
    if ((!isAbove && isSettled()) || Date.now() > deadline) return level
  }
}
