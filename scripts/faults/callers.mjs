// People who use the application at the same time, several on each session, by both processes. What each call asked and what
// came of it is noted with the time, by the clock of this process.

import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../lib/program.mjs'

/** @typedef {import('../../__test__/histories/linearizable.js').Operation} Operation */
/** @typedef {Operation & { sid: string, answeredAt: number, error?: string }} Call */
/** @type {typeof import('../../__test__/histories/random.js')} */
const { chosenFrom, randomFrom } = createRequire(import.meta.url)('../../__test__/histories/random.js')

/**
 * What callers do, by its share.
 * @type {[kind: Operation['kind'], share: number][]}
 */
const SHARES = [
  ['get', 0.46],
  ['save', 0.34],
  ['set', 0.1],
  ['destroy', 0.1],
]
/** How long an answer may take, in ms: longer than the store's own limit. */
const PATIENCE = 60_000

export class Callers {
  /**
   * Everything that was asked.
   * @type {Call[]}
   */
  calls = []
  #ports
  #options
  #values = 0
  #running = true
  #startedAt = performance.now()
  /** @type {Promise<void>[]} */
  #loops

  /**
   * @param {number[]} ports of the application's processes
   * @param {object} options
   * @param {number} options.callers
   * @param {number} options.perSession callers on one session
   * @param {number} options.pause the longest time between two calls of a caller, in ms
   * @param {number} options.lifetime the time after which callers go on with a new session, in ms
   * @param {number} options.seed
   */
  constructor(ports, options) {
    this.#ports = ports
    this.#options = options
    this.#loops = Array.from({ length: options.callers }, (_, caller) => this.#call(caller))
  }

  /** Resolves when the last call has its answer. */
  async stop() {
    this.#running = false
    await Promise.all(this.#loops)
    return this.calls
  }

  /** @param {number} caller */
  async #call(caller) {
    const { perSession, pause, lifetime, seed } = this.#options
    const random = randomFrom(seed + caller + 1)
    const port = this.#ports[caller % this.#ports.length]
    while (this.#running) {
      const age = Math.floor((performance.now() - this.#startedAt) / lifetime)
      const sid = `${Math.floor(caller / perSession)}-${age}`
      const kind = chosenFrom(SHARES, random)
      if (kind === 'save') await this.#save(port, sid, pause * random())
      else await this.#ask(port, kind, { sid, ...(kind === 'set' && { value: this.#newValue() }) })
      await sleep(pause * random())
    }
  }

  /**
   * Changes a session as a request does: reads it first, and saves it by the same object.
   * @param {number} port
   * @param {string} sid
   * @param {number} ms how long the request takes in between
   */
  async #save(port, sid, ms) {
    const token = await this.#ask(port, 'hold', { sid })
    if (token === undefined) return
    await sleep(ms)
    await this.#ask(port, 'save', { sid, value: this.#newValue(), token })
  }

  #newValue() {
    return `v${(this.#values += 1)}`
  }

  /**
   * Calls a route of the application. Resolves with the token of a session that is held.
   * @param {number} port
   * @param {Operation['kind'] | 'hold'} route
   * @param {{ sid: string, value?: string, token?: string }} parameters
   * @returns {Promise<string | undefined>}
   */
  async #ask(port, route, parameters) {
    const { sid, value } = parameters
    const kind = route === 'hold' ? 'get' : route
    const start = performance.now()
    try {
      const response = await fetch(`http://127.0.0.1:${port}/${route}?${new URLSearchParams(parameters)}`, {
        signal: AbortSignal.timeout(PATIENCE),
      })
      const { result, token, error } = Object(await response.json())
      if (error !== undefined) throw new Error(error)
      const end = performance.now()
      this.calls.push({ sid, kind, value, start, end, answeredAt: end, result })
      return token
    } catch (error) {
      const answeredAt = performance.now()
      this.calls.push({ sid, kind, value, start, end: Infinity, answeredAt, error: messageOf(error) })
      return undefined
    }
  }
}
