// Closes what the demo has opened, on Ctrl-C or when npm ends.

import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '../lib/program.mjs'

/** Time for each thing to close. */
const TIMEOUT_MS = 10_000
/** npm passes on the Ctrl-C that the terminal has already sent to this process: two signals within this time are one. */
const SAME_SIGNAL_MS = 1000
const PARENT_POLL_MS = 500

export class Shutdown {
  /** @type {{ name: string, close: () => unknown }[]} */
  #open = []
  /** @type {Promise<void> | undefined} */
  #closed

  /** Whether everything is closing, so that nothing more should be opened. */
  get started() {
    return this.#closed !== undefined
  }

  /**
   * Adds something to close.
   * @param {string} name
   * @param {() => unknown} close may return a promise
   */
  add(name, close) {
    this.#open.push({ name, close })
  }

  /** Closes everything, in reverse order. What does not close in time is reported, and left to the end of the process. */
  run() {
    this.#closed ??= this.#closeAll()
    return this.#closed
  }

  /** Closes everything and exits on SIGINT and SIGTERM. A second signal exits at once. */
  onSignals() {
    let first = 0
    for (const signal of ['SIGINT', 'SIGTERM']) {
      process.on(signal, () => {
        if (first && Date.now() - first < SAME_SIGNAL_MS) return
        if (first) process.exit(1)
        first = Date.now()
        this.#exit()
      })
    }
  }

  /** Closes everything and exits when npm ends: a signal that is sent to npm alone does not reach this process. */
  onEndOfNpm() {
    if (!process.env.npm_lifecycle_event) return
    const parent = process.ppid
    setInterval(() => process.ppid === parent || this.#exit(), PARENT_POLL_MS).unref()
  }

  async #closeAll() {
    for (let last = this.#open.pop(); last; last = this.#open.pop()) {
      const timer = new AbortController()
      const late = delay(TIMEOUT_MS, undefined, { signal: timer.signal }).then(() => {
        throw new Error(`it took longer than ${TIMEOUT_MS / 1000} s`)
      })
      try {
        await Promise.race([last.close(), late])
      } catch (error) {
        console.error(`The ${last.name} did not close: ${messageOf(error)}`)
      }
      timer.abort()
    }
  }

  #exit() {
    this.run().then(() => process.exit(0))
  }
}
