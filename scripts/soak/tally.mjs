// What the callers of one phase have seen. An error that must come counts as refused.

/** @typedef {ReturnType<Tally['total']>} Total */

/** Messages of one kind that are kept: enough to look into what went wrong, and not so many that memory grows. */
const KEPT = 20

export class Tally {
  #operations = 0
  #refused = 0
  #wrong = 0
  #stores = 0
  #errors = 0
  /** @type {Record<'wrong' | 'errors', string[]>} */
  #messages = { wrong: [], errors: [] }

  asked() {
    this.#operations += 1
  }

  refused() {
    this.#refused += 1
  }

  closedStore() {
    this.#stores += 1
  }

  /** @param {string} what went wrong, other than an answer */
  failed(what) {
    this.#errors += 1
    this.#keep('errors', what)
  }

  /** @param {string} what was answered, and what should have been */
  answeredWrongly(what) {
    this.#wrong += 1
    this.#keep('wrong', what)
  }

  /**
   * @param {'wrong' | 'errors'} kind
   * @param {string} message
   */
  #keep(kind, message) {
    if (this.#messages[kind].length < KEPT) this.#messages[kind].push(message)
  }

  total() {
    return {
      operations: this.#operations,
      refused: this.#refused,
      errors: this.#errors,
      wrong: this.#wrong,
      stores: this.#stores,
      messages: this.#messages,
    }
  }
}
