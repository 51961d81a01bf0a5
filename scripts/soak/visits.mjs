// Stores that are opened, used for a moment and closed, one after the other: by a process that is replaced, a job, a test.
// What they have stored is read through the store of the same kind that stays open.

import { setTimeout as sleep } from 'node:timers/promises'
import { OwnSession } from './own-session.mjs'
import { Place } from './place.mjs'
import { KIND_NAMES, mayFail } from './stores.mjs'

/** @typedef {import('./stores.mjs').Kind} Kind */
/** @typedef {import('./stores.mjs').Stores} Stores */
/** @typedef {import('./tally.mjs').Tally} Tally */

/** Stores that are open at once, at most: when a server is away, it takes 10 seconds to close one. */
const AT_ONCE = 4
const SESSIONS = 8
const FORM = { bytes: 1000, ms: 60_000 }
/** What a store that closes answers to what it can't do any more. */
const CLOSED = /^Mongo(ClientClosed|NotConnected)Error$/

/**
 * When a store is closed: without having been used, after its last answer, before its last answer.
 * @typedef {'unused' | 'idle' | 'busy'} Moment
 */
const MOMENTS = /** @type {Moment[]} */ (['unused', 'idle', 'busy'])

export class Visits {
  #stores
  #places
  #options
  #begun = 0
  #startedAt = performance.now()
  #running = true
  #loops

  /**
   * @param {Stores} stores
   * @param {Map<Kind, Place>} places the stores that stay open
   * @param {{ tally: Tally, count: number, ms: number }} options `count` stores are opened within `ms`, if the machine is fast
   *   enough, and more until `stop`
   */
  constructor(stores, places, options) {
    this.#stores = stores
    this.#places = places
    this.#options = options
    this.#loops = Array.from({ length: AT_ONCE }, () => this.#visit())
  }

  /** Resolves when as many stores are closed as were asked for. */
  async stop() {
    this.#running = false
    await Promise.all(this.#loops)
  }

  async #visit() {
    const { count, ms } = this.#options
    while (this.#running || this.#begun < count) {
      const number = (this.#begun += 1)
      await sleep(Math.max(0, this.#startedAt + (number * ms) / count - performance.now()))
      const kind = KIND_NAMES[number % KIND_NAMES.length]
      await this.#openAndClose(kind, MOMENTS[Math.floor(number / KIND_NAMES.length) % MOMENTS.length])
    }
  }

  /**
   * @param {Kind} kind
   * @param {Moment} moment
   */
  async #openAndClose(kind, moment) {
    const { tally } = this.#options
    const staying = /** @type {Place} */ (this.#places.get(kind))
    const { store, close } = this.#stores.open(kind)
    let isClosing = false
    const place = new Place(store, {
      name: `${kind}, closed when ${moment}`,
      tally,
      mayFail: (error) => mayFail(kind, error) || (isClosing && CLOSED.test(Object(error).name)),
      isFenced: staying.isFenced,
    })
    const sessions = moment === 'unused' ? [] : Array.from({ length: SESSIONS }, () => new OwnSession(place))
    const used = Promise.all(
      sessions.map(async (own) => {
        await own.set(FORM)
        await own.save(FORM)
      }),
    )
    if (moment === 'idle') await used
    isClosing = true
    await close()
    await used
    tally.closedStore()
    await Promise.all(
      sessions.map((own) => {
        own.moveTo(staying)
        return own.leave()
      }),
    )
  }
}
