'use strict'

// Tells whether the history of one session can be explained: whether each operation can have taken effect at one moment
// between its call and its answer, so that every answer is true. This is the search of Wing and Gong with the memoisation of
// Lowe: it goes through the calls and answers in the order of time, keeps the set of all explanations so far, and chooses an
// order only where an answer demands it. When nothing is under way, all that is left of an explanation is the state of the
// session. So the work grows with the number of operations that overlap, and not with the length of the history.

/**
 * The state of a session: its value, or null while there is none.
 * @typedef {string | null} State
 */

/**
 * An operation on a session.
 *
 * - `set` stores `value` in any case;
 * - `save` stores `value` if there is a session. Its `result` is whether it did;
 * - `get` has the state as its `result`;
 * - `destroy` removes the session.
 *
 * `end` is Infinity where there was no answer, or an error. Such an operation can take effect at any later time, or never.
 * @typedef {object} Operation
 * @property {'set' | 'save' | 'get' | 'destroy'} kind
 * @property {number} start
 * @property {number} end
 * @property {string} [value]
 * @property {State | boolean} [result]
 */

/**
 * An answer that no explanation allows.
 *
 * - `undone`: it found a session that was destroyed;
 * - `vanished`: it found no session where there must be one;
 * - `outdated`: it found another value than any that is possible.
 * @typedef {{ operation: Operation, type: 'undone' | 'vanished' | 'outdated', found: State, possible: State[] }} Anomaly
 */

/**
 * One explanation: the state of the session after the operations that have taken effect. `used` has a bit for each operation
 * that has taken effect and whose answer is still to come, and `spent` one for each that will have no answer.
 * @typedef {{ state: State, used: bigint, spent: bigint }} Explanation
 */

/** @typedef {{ operation: Operation, bit: bigint, isOpen: boolean }} Pending `isOpen`: it will have no answer */

/**
 * Looks for the answers that can't be explained. After each, the search goes on with both: what was possible before it, and
 * what it found.
 * @param {Operation[]} operations those of one session, in any order
 * @returns {Anomaly[]}
 */
function anomaliesOf(operations) {
  const search = new Search()
  /** @type {Anomaly[]} */
  const anomalies = []
  for (const { operation, isCall } of eventsOf(operations)) {
    if (isCall) search.call(operation)
    else {
      const anomaly = search.answer(operation)
      if (anomaly) anomalies.push(anomaly)
    }
  }
  return anomalies
}

/**
 * Calls and answers in the order of time. At the same moment, calls come first: these operations overlap.
 * @param {Operation[]} operations
 */
function eventsOf(operations) {
  const events = operations
    .filter(({ kind, end }) => kind !== 'get' || end !== Infinity)
    .flatMap((operation) => [
      { operation, isCall: true, time: operation.start },
      { operation, isCall: false, time: operation.end },
    ])
  return events
    .filter(({ time }) => time !== Infinity)
    .sort((one, other) => one.time - other.time || Number(other.isCall) - Number(one.isCall))
}

class Search {
  /** @type {Explanations} */
  #explanations = new Explanations([{ state: null, used: 0n, spent: 0n }])
  /** @type {Map<Operation, Pending>} */
  #pending = new Map()
  /**
   * Those among them that change nothing: reads, and saves that were left out.
   * @type {Map<Operation, Pending>}
   */
  #looking = new Map()
  /** Bits of operations that have ended, for the next ones. */
  #freeBits = /** @type {bigint[]} */ ([])
  #bits = 0n

  /** @param {Operation} operation */
  call(operation) {
    const isOpen = operation.end === Infinity
    const bit = (isOpen ? undefined : this.#freeBits.pop()) ?? 1n << this.#bits++
    const pending = { operation, bit, isOpen }
    this.#pending.set(operation, pending)
    if (operation.kind !== 'get' && operation.result !== false) return
    this.#looking.set(operation, pending)
    this.#explanations = new Explanations(this.#explanations.map((explanation) => this.#settled(explanation)))
  }

  /**
   * Keeps the explanations in which the operation has taken effect.
   * @param {Operation} operation
   * @returns {Anomaly | undefined}
   */
  answer(operation) {
    const { bit } = /** @type {Pending} */ (this.#pending.get(operation))
    const before = this.#explanations
    const reached = new Explanations([])
    const seen = new Explanations([])
    // Those with the fewest operations come first, so that few of the others are looked at.
    const queue = [...before]
    for (let at = 0; at < queue.length; at += 1) {
      const explanation = queue[at]
      if (!seen.add(explanation)) continue
      if (explanation.used & bit) reached.add(explanation)
      else queue.push(...this.#successors(explanation))
    }
    this.#pending.delete(operation)
    this.#looking.delete(operation)
    this.#freeBits.push(bit)
    if (reached.size > 0) {
      this.#explanations = reached.without(bit)
      return undefined
    }
    const found = foundBy(operation)
    const either = [...before].flatMap((explanation) => [explanation, { ...explanation, state: found }])
    this.#explanations = new Explanations(either.map((explanation) => this.#settled(explanation)))
    const possible = [...new Set([...seen].map(({ state }) => state))]
    return { operation, type: typeOf(found, possible), found, possible }
  }

  /**
   * What can come next: each pending operation that can take effect.
   * @param {Explanation} explanation
   * @returns {Explanation[]}
   */
  #successors(explanation) {
    const { state, used, spent } = explanation
    return [...this.#pending.values()].flatMap(({ operation, bit, isOpen }) => {
      if ((used | spent) & bit) return []
      const next = effectOf(operation, state)
      if (next === undefined) return []
      const marks = isOpen ? { used, spent: spent | bit } : { used: used | bit, spent }
      return [this.#settled({ state: next, ...marks })]
    })
  }

  /**
   * Lets all take effect that only looks, and sees this state: it does not matter to the others.
   * @param {Explanation} explanation
   * @returns {Explanation}
   */
  #settled({ state, used, spent }) {
    let marks = used
    for (const [operation, { bit }] of this.#looking) {
      if (operation.result === (operation.kind === 'get' ? state : state !== null)) marks |= bit
    }
    return { state, used: marks, spent }
  }
}

/**
 * The state after an operation; undefined if its answer would be wrong.
 * @param {Operation} operation
 * @param {State} state
 * @returns {State | undefined}
 */
function effectOf({ kind, value, result }, state) {
  if (kind === 'set') return /** @type {string} */ (value)
  if (kind === 'destroy') return null
  if (kind === 'get') return result === state ? state : undefined
  if (result === false) return state === null ? state : undefined
  return state === null ? undefined : value
}

/**
 * The state that an answer shows.
 * @param {Operation} operation
 * @returns {State}
 */
function foundBy({ kind, value, result }) {
  if (kind === 'get') return /** @type {State} */ (result)
  return result ? /** @type {string} */ (value) : null
}

/**
 * @param {State} found
 * @param {State[]} possible
 */
function typeOf(found, possible) {
  if (found !== null && possible.every((state) => state === null)) return 'undone'
  if (found === null && !possible.includes(null)) return 'vanished'
  return 'outdated'
}

/**
 * A set of explanations. One that has needed more of the operations without answer than another is not kept: the other one
 * explains whatever it can.
 */
class Explanations {
  /** @type {Map<string, Explanation[]>} */
  #byKey = new Map()
  size = 0

  /** @param {Iterable<Explanation>} explanations */
  constructor(explanations) {
    for (const explanation of explanations) this.add(explanation)
  }

  /**
   * Whether this explains something that the others do not.
   * @param {Explanation} explanation
   */
  add(explanation) {
    const { state, used, spent } = explanation
    const key = `${used} ${state === null ? '' : `=${state}`}`
    const alike = this.#byKey.get(key) ?? []
    if (alike.some((other) => (other.spent & spent) === other.spent)) return false
    const kept = alike.filter((other) => (other.spent & spent) !== spent)
    this.#byKey.set(key, [...kept, explanation])
    this.size += 1 + kept.length - alike.length
    return true
  }

  /** @param {bigint} bit */
  without(bit) {
    return new Explanations(this.map((explanation) => ({ ...explanation, used: explanation.used & ~bit })))
  }

  /** @param {(explanation: Explanation) => Explanation} change */
  map(change) {
    return Array.from(this, change)
  }

  *[Symbol.iterator]() {
    for (const alike of this.#byKey.values()) yield* alike
  }
}

module.exports = { anomaliesOf }
