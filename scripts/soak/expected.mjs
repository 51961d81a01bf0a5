// What the owner of a session may find in it. Only the owner uses the session, one call after the other, so a read has one
// right answer. A write that failed, or whose answer nobody read, leaves two: it has happened, or it has not. The next read
// tells which, and is the only right one from then on.

/** @typedef {{ value: string | null, expires: number }} State `null` for no session; `expires` in ms since 1970 */

/** @type {State} */
const ABSENT = { value: null, expires: Infinity }

export class Expected {
  /** @type {State[]} */
  #states = [ABSENT]

  /**
   * A write was acknowledged.
   * @param {State} state
   */
  wrote(state) {
    this.#states = [state]
  }

  /**
   * A write may have happened.
   * @param {State} state
   */
  mayHaveWritten(state) {
    this.#states.push(state)
  }

  /** A removal was acknowledged. */
  removed() {
    this.wrote(ABSENT)
  }

  /** A removal may have happened. */
  mayHaveRemoved() {
    this.mayHaveWritten(ABSENT)
  }

  /**
   * A touch was acknowledged. It may have found nothing, which stores of the factory do not tell.
   * @param {number} expires
   * @param {number} end when the touch was answered
   */
  touched(expires, end) {
    const mayBeAbsent = this.#states.some((state) => state.value === null || end >= state.expires)
    this.#states = [...this.#present(expires), ...(mayBeAbsent ? [ABSENT] : [])]
  }

  /**
   * A touch may have happened.
   * @param {number} expires
   */
  mayHaveTouched(expires) {
    this.#states.push(...this.#present(expires))
  }

  /**
   * The states with a session, with another expiry.
   * @param {number} expires
   */
  #present(expires) {
    return this.#states.filter(({ value }) => value !== null).map(({ value }) => ({ value, expires }))
  }

  /**
   * Whether a read is right. A session is there until it expires, and gone from then on; a read that is under way at that
   * moment may find either.
   * @param {string | null} value
   * @param {{ start: number, end: number }} call when it was made and answered, in ms since 1970
   */
  finds(value, { start, end }) {
    const right = this.#states.flatMap((state) => {
      if (state.value === value) return value === null || start < state.expires ? [state] : []
      return value === null && end >= state.expires ? [ABSENT] : []
    })
    if (right.length === 0) return false
    this.#states = right
    return true
  }

  /** The right answers, for messages. */
  toString() {
    return this.#states.map(({ value, expires }) => `${value} until ${expires}`).join(' or ')
  }
}
