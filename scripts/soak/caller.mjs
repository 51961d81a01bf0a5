// Somebody who uses a store all the time, with a few sessions. Chance decides what comes next.

import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { OwnSession } from './own-session.mjs'

/** @typedef {import('./own-session.mjs').Form} Form */
/** @typedef {import('./place.mjs').Place} Place */
/** @typedef {() => number} Random */
/** @typedef {(caller: Caller, own: OwnSession) => unknown} Action */

/** @type {typeof import('../../__test__/histories/random.js')} */
const { chosenFrom } = createRequire(import.meta.url)('../../__test__/histories/random.js')

const SESSIONS = 4
/** The longest time between two actions, in ms. */
const PAUSE = 100
/** How long sessions live, in ms. Those that nobody uses any more must not gather until the end. */
const LIFE = 120_000
/** How long some live, so that they expire while somebody uses them, in ms. */
const SHORT_LIFE = 1500

/**
 * The sizes of sessions in bytes, by their shares. Those above 64 KB travel apart from the others.
 * @type {[bytes: number, share: number][]}
 */
const SIZES = [
  [200, 0.6],
  [2000, 0.35],
  [100_000, 0.048],
  [1_000_000, 0.002],
]

export class Caller {
  /**
   * What a caller does with one of its sessions, by its share. The result may be a session that takes the place of this one.
   * @type {[action: Action, share: number][]}
   */
  static #ACTIONS = [
    [(_, own) => own.get(), 0.36],
    [(caller, own) => own.save(caller.#form()), 0.24],
    [(caller, own) => own.touch(caller.#form()), 0.13],
    [(caller, own) => own.set(caller.#form()), 0.1],
    [(caller, own) => own.set(caller.#form(SHORT_LIFE)), 0.03],
    [(_, own) => own.destroy(), 0.05],
    [(caller, own) => own.regenerate(caller.#form()), 0.03],
    [(caller, own) => own.setUnanswered(caller.#form(), caller.#random() < 0.5), 0.03],
    [(_, own) => own.setCircular(), 0.01],
    [(_, own) => own.setTooBig(), 0.0005],
    [(caller) => caller.#all(), 0.005],
    [(caller) => caller.#length(), 0.0145],
  ]

  #place
  #random
  /** @type {OwnSession[]} */
  #sessions
  #running = true
  #loop

  /**
   * @param {Place} place
   * @param {Random} random
   */
  constructor(place, random) {
    this.#place = place
    this.#random = random
    this.#sessions = Array.from({ length: SESSIONS }, () => new OwnSession(place))
    this.#loop = this.#call()
  }

  /** Resolves when all is answered, and the sessions are read a last time and removed. */
  async stop() {
    this.#running = false
    await this.#loop
    await Promise.all(this.#sessions.map((own) => own.leave()))
  }

  async #call() {
    while (this.#running) {
      const index = Math.floor(this.#random() * SESSIONS)
      const own = this.#sessions[index]
      const next = await chosenFrom(Caller.#ACTIONS, this.#random)(this, own)
      if (next instanceof OwnSession) this.#sessions[index] = next
      if (this.#sessions[index].isLost) this.#sessions[index] = new OwnSession(this.#place)
      await sleep(PAUSE * this.#random())
    }
  }

  async #all() {
    const answer = await this.#place.ask('all')
    if (answer.isDone) for (const own of this.#sessions) own.findIn(answer.value, answer)
    else this.#place.failed(answer.error)
  }

  async #length() {
    const answer = await this.#place.ask('length')
    if (!answer.isDone) this.#place.failed(answer.error)
    // Others store and destroy at the same moment, so no number is wrong by itself.
    else if (!(answer.value >= 0)) this.#place.answeredWrongly(`length gave ${answer.value}`)
  }

  /**
   * @param {number} [ms]
   * @returns {Form}
   */
  #form(ms = LIFE) {
    return { bytes: chosenFrom(SIZES, this.#random), ms }
  }
}
