'use strict'

// Random histories of one session for the tests of the checker, and the plain search that it is compared with.

/** @import { Operation, State } from './linearizable.js' */

/**
 * The history of a session that takes one operation after the other, each at a moment between its call and its answer.
 * @param {() => number} random
 * @param {{ length: number, callers: number, unanswered: number }} shape `unanswered` is the share of operations without an answer
 * @returns {Operation[]}
 */
function randomHistory(random, { length, callers, unanswered }) {
  const clocks = Array.from({ length: callers }, random)
  const planned = Array.from({ length }, (_, number) => {
    const caller = Math.floor(random() * callers)
    const start = clocks[caller] + random()
    const end = start + 3 * random()
    clocks[caller] = end
    const kind = /** @type {const} */ (['set', 'save', 'get', 'get', 'destroy'])[Math.floor(random() * 5)]
    const operation = { kind, start, end, ...(kind.startsWith('s') && { value: `v${number}` }) }
    if (random() >= unanswered) return { operation, moment: start + (end - start) * random() }
    // It takes effect later, or never.
    return { operation: { ...operation, end: Infinity }, moment: random() < 0.5 ? Infinity : start + 9 * random() }
  })
  /** @type {State} */
  let state = null
  for (const { operation, moment } of planned.sort((one, other) => one.moment - other.moment)) {
    if (moment === Infinity) break
    const result = operation.kind === 'get' ? state : state !== null
    if (operation.kind === 'destroy') state = null
    else if (operation.kind === 'set' || (operation.kind === 'save' && result)) state = operation.value
    if (operation.end !== Infinity && ['get', 'save'].includes(operation.kind)) Object.assign(operation, { result })
  }
  return planned.map(({ operation }) => operation)
}

/**
 * The same history with one wrong answer, or at least another one.
 * @param {() => number} random
 * @param {Operation[]} history
 * @returns {Operation[]}
 */
function mutated(random, history) {
  const values = [null, ...history.flatMap(({ value }) => value ?? [])]
  const answers = history.filter(({ result }) => result !== undefined)
  const chosen = answers[Math.floor(random() * answers.length)]
  return history.map((operation) => {
    if (operation !== chosen) return operation
    const result = operation.kind === 'save' ? !operation.result : values[Math.floor(random() * values.length)]
    return { ...operation, result }
  })
}

/**
 * Whether some order of the operations explains all answers. It tries every order, so it is for short histories alone.
 * @param {Operation[]} left what has not taken effect yet
 * @param {State} [state]
 * @returns {boolean}
 */
function isExplained(left, state = null) {
  const firstEnd = Math.min(...left.map(({ end }) => end))
  if (firstEnd === Infinity) return true
  return left
    .filter(({ start }) => start <= firstEnd)
    .some((operation) => {
      const rest = left.filter((other) => other !== operation)
      const isUnanswered = operation.end === Infinity
      switch (operation.kind) {
        case 'set':
          return isExplained(rest, operation.value)
        case 'destroy':
          return isExplained(rest, null)
        case 'get':
          return (isUnanswered || operation.result === state) && isExplained(rest, state)
        default:
          if (!isUnanswered && operation.result !== (state !== null)) return false
          return isExplained(rest, state === null ? null : operation.value)
      }
    })
}

module.exports = { isExplained, mutated, randomHistory }
