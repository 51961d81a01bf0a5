// A child process whose methods its parent calls. What is measured in it shares no event loop, no heap and no compiled code
// with anything else.

import { fork } from 'node:child_process'
import { once } from 'node:events'

/** @typedef {{ result?: unknown, error?: string }} Answer */

const STOP_TIMEOUT = 5000 // ms

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()

/** Kills all children at once. */
export function killChildren() {
  for (const child of running) child.kill('SIGKILL')
}

/**
 * @template {Record<keyof Methods, (argument: never) => unknown>} Methods those that the child serves
 */
export class Child {
  #process
  /** @type {Map<number, (answer: Answer) => void>} */
  #calls = new Map()
  #lastId = 0

  /** Whether the process has ended. */
  ended = false

  /**
   * Starts a process.
   * @param {URL} file a module that calls `serve`
   * @param {string[]} [args]
   * @param {{ execArgv?: string[], env?: Record<string, string> }} [options] `execArgv` are Node's
   */
  constructor(file, args = [], { execArgv, env } = {}) {
    this.#process = fork(file, args, {
      env: { ...process.env, NODE_ENV: 'production', ...env },
      execArgv,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    running.add(this.#process)
    this.#process.on('message', (message) => {
      const { id, ...answer } = /** @type {Answer & { id: number }} */ (message)
      this.#settle(id, answer)
    })
    this.#process.once('error', (error) => this.#failAll(error.message))
    this.#process.once('exit', (code, signal) => {
      this.ended = true
      running.delete(this.#process)
      this.#failAll(`the process ended (${signal ?? `exit code ${code}`})`)
    })
  }

  /**
   * Calls a method of the child. Rejects with its error, or when the process ends.
   * @template {keyof Methods & string} Name
   * @param {Name} method
   * @param {Parameters<Methods[Name]>} argument at most one
   * @returns {Promise<Awaited<ReturnType<Methods[Name]>>>}
   */
  call(method, ...[argument]) {
    return new Promise((resolve, reject) => {
      if (this.ended) {
        reject(new Error('the process has ended'))
        return
      }
      const id = (this.#lastId += 1)
      this.#calls.set(id, ({ result, error }) => {
        if (error !== undefined) reject(new Error(error))
        else resolve(/** @type {Awaited<ReturnType<Methods[Name]>>} */ (result))
      })
      this.#process.send({ id, method, argument }, (error) => error && this.#settle(id, { error: error.message }))
    })
  }

  /** Ends the process: by disconnecting from it, or by force after a while. */
  async stop() {
    if (this.ended) return
    const exited = once(this.#process, 'exit')
    if (this.#process.connected) this.#process.disconnect()
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_TIMEOUT)
    await exited
    clearTimeout(timer)
  }

  /**
   * Ends a call.
   * @param {number} id
   * @param {Answer} answer
   */
  #settle(id, answer) {
    this.#calls.get(id)?.(answer)
    this.#calls.delete(id)
  }

  /** @param {string} error */
  #failAll(error) {
    for (const id of this.#calls.keys()) this.#settle(id, { error })
  }
}
