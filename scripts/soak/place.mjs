// A store as callers use it. Each operation is counted, and so is each error.

/** @typedef {import('./stores.mjs').Store} Store */
/** @typedef {import('./tally.mjs').Tally} Tally */
/** @typedef {{ start: number, end: number }} Span when a call was made and answered, in ms since 1970 */
/** @typedef {{ isDone: true, value: any } & Span} Done */
/** @typedef {{ isDone: false, error: unknown } & Span} Failed */

export class Place {
  store
  tally
  /** Whether a write that got no answer has happened, if at all, before the next operation on its session. */
  isFenced
  #name
  #mayFail

  /**
   * @param {Store} store
   * @param {object} options
   * @param {string} options.name for messages
   * @param {Tally} options.tally
   * @param {(error: unknown) => boolean} options.mayFail whether an operation may fail with this error
   * @param {boolean} options.isFenced
   */
  constructor(store, { name, tally, mayFail, isFenced }) {
    this.store = store
    this.tally = tally
    this.isFenced = isFenced
    this.#name = name
    this.#mayFail = mayFail
  }

  /**
   * Calls a method of the store. Never rejects.
   * @param {string} method
   * @param {unknown[]} args
   * @returns {Promise<Done | Failed>}
   */
  async ask(method, ...args) {
    this.tally.asked()
    const start = Date.now()
    try {
      const value = await /** @type {any} */ (this.store)[method](...args)
      return { isDone: true, value, start, end: Date.now() }
    } catch (error) {
      return { isDone: false, error, start, end: Date.now() }
    }
  }

  /** @param {unknown} error of an operation */
  failed(error) {
    if (this.#mayFail(error)) this.tally.refused()
    else this.tally.failed(`${this.#name}: ${error}`)
  }

  /** @param {string} what was answered, and what should have been */
  answeredWrongly(what) {
    this.tally.answeredWrongly(`${this.#name}: ${what}`)
  }
}
