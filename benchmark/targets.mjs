// The targets of this package in figures, each compared with connect-mongo or another peer in the same run. A missed target
// is reported and is no error, because times depend on the machine.

import { OPERATIONS } from './lib/operations.mjs'
import { nameOf } from './measure/operations.mjs'
import { OURS, THEIRS } from './peers.mjs'

/** @typedef {import('./lib/types.js').Measured} Measured */
/** @typedef {import('./lib/types.js').Target} Target */
/** @typedef {import('./lib/types.js').OperationResult} OperationResult */
/** @typedef {{ ours: OperationResult, theirs: OperationResult } | undefined} Pair undefined if one of them was not measured */

/** Growth of memory per minute that counts as none, as a share of the memory. */
const FLAT = 0.05

/**
 * All targets, with what was measured.
 * @param {Measured} results
 * @returns {Target[]}
 */
export function evaluateTargets(results) {
  return [
    ...operations(results),
    ...single(results),
    ...network(results),
    large(results),
    ...encryption(results),
    ...http(results),
    ...memory(results),
  ]
}

/**
 * Each operation with 128 in flight: throughput, and event-loop time of one operation.
 * @param {Measured} results
 */
function operations(results) {
  /** @type {{ op: import('./lib/types.js').OperationName, throughput: number, loop: number }[]} */
  const wanted = [
    { op: 'get', throughput: 15, loop: 15 },
    { op: 'touch', throughput: 8, loop: 30 },
    { op: 'set', throughput: 5, loop: 8 },
  ]
  return wanted.flatMap(({ op, throughput, loop }) => {
    const pair = pairOf(results, { op, concurrency: 128 })
    return [
      atLeast(`${op}@128: throughput, × connect-mongo`, throughput, throughputs(pair)),
      atLeast(`${op}@128: event-loop time of connect-mongo, × ours`, loop, loopTimes(pair)),
    ]
  })
}

/**
 * One operation at a time: here batches gain nothing, and they must cost nothing.
 * @param {Measured} results
 */
function single(results) {
  return OPERATIONS.flatMap((op) => {
    const pair = pairOf(results, { op, concurrency: 1 })
    return [
      atLeast(`${op}@1: throughput, × connect-mongo`, 1.3, throughputs(pair)),
      atLeast(`${op}@1: p99 of connect-mongo, × ours`, 1, tails(pair)),
    ]
  })
}

/**
 * A server that is 5 ms away.
 * @param {Measured} results
 */
function network(results) {
  const pair = pairOf(results, { op: 'get', concurrency: 128, delay: 5 })
  return [atLeast('get@128, 5 ms away: throughput, × connect-mongo', 3, throughputs(pair))]
}

/**
 * Small sessions while another process reads and writes one of 15 MB.
 * @param {Measured} results
 */
function large(results) {
  const ours = results.large.find(({ peer }) => peer === OURS)
  const times = quotient(ours?.others.p99, ours?.alone.p99)
  return atMost('p99 of small sessions while another process uses a large one, × alone', 3, times)
}

/**
 * Encrypted sessions, `get` and `set`.
 * @param {Measured} results
 */
function encryption({ encryption: all }) {
  /**
   * @param {string} peer
   * @param {string} op
   * @param {number} concurrency
   */
  const speed = (peer, op, concurrency) =>
    all.find((result) => result.peer === peer && result.op === op && result.concurrency === concurrency)?.perSecond
  /**
   * @param {string} op
   * @param {number} concurrency
   * @param {string} ours a format
   * @param {string} other a peer
   */
  const times = (op, concurrency, ours, other) =>
    quotient(speed(`${OURS} ${ours}`, op, concurrency), speed(other, op, concurrency))
  return ['get', 'set'].flatMap((op) => [
    atLeast(`${op}@128, crypto: throughput, × connect-mongo`, 200, times(op, 128, 'crypto', `${THEIRS} crypto`)),
    atLeast(`${op}@1, crypto: throughput, × connect-mongo`, 100, times(op, 1, 'crypto', `${THEIRS} crypto`)),
    atLeast(
      `${op}@128, Web Crypto: throughput, × connect-mongo`,
      8,
      times(op, 128, 'webcrypto', `${THEIRS} webcrypto`),
    ),
    atLeast(`${op}@128, encryption: throughput, × unencrypted`, 0.85, times(op, 128, 'encryption', `${OURS} plain`)),
  ])
}

/**
 * An Express 5 application.
 * @param {Measured} results
 */
function http(results) {
  const wanted = [
    { peer: THEIRS, times: 2.5 },
    { peer: 'connect-redis', times: 0.95 },
    { peer: 'MemoryStore', times: 0.9 },
  ]
  return ['read', 'write'].flatMap((route) =>
    wanted.map(({ peer, times }) => {
      const [ours, theirs] = [OURS, peer].map((name) =>
        results.http.find((result) => result.peer === name && result.route === route),
      )
      const measured = quotient(ours?.perSecond, theirs?.perSecond)
      return atLeast(`Express 5, ${route}: requests, × ${peer}`, times, measured)
    }),
  )
}

/**
 * Memory under mixed load.
 * @param {Measured} results
 */
function memory(results) {
  const [ours, theirs] = [OURS, THEIRS].map((name) => results.memory.find(({ peer }) => peer === name))
  return [
    atMost('memory after mixed load, × connect-mongo', 1, quotient(ours?.finalMb, theirs?.finalMb)),
    atMost('growth of memory per minute, as a share of the memory', FLAT, quotient(ours?.growth, ours?.finalMb)),
  ]
}

/**
 * The results of both stores for one case.
 * @param {Measured} results
 * @param {Partial<import('./lib/types.js').Case> & Pick<import('./lib/types.js').Case, 'op' | 'concurrency'>} options
 * @returns {Pair}
 */
function pairOf(results, { op, concurrency, kb = 1, delay = 0 }) {
  const name = nameOf({ op, concurrency, kb, delay })
  const [ours, theirs] = [OURS, THEIRS].map((peer) =>
    results.operations.find((result) => result.peer === peer && nameOf(result) === name),
  )
  return ours && theirs && { ours, theirs }
}

/** @param {Pair} pair */
const throughputs = (pair) => quotient(pair?.ours.perSecond, pair?.theirs.perSecond)

/** @param {Pair} pair */
const loopTimes = (pair) => quotient(pair?.theirs.loopUs, pair?.ours.loopUs)

/** @param {Pair} pair */
const tails = (pair) => quotient(pair?.theirs.p99, pair?.ours.p99)

/**
 * Undefined if one of the figures was not measured.
 * @param {number | undefined} one
 * @param {number | undefined} other
 */
function quotient(one, other) {
  return one === undefined || other === undefined ? undefined : one / other
}

/**
 * @param {string} name
 * @param {number} limit
 * @param {number | undefined} measured
 * @returns {Target}
 */
function atLeast(name, limit, measured) {
  return { name, wanted: `≥ ${limit}`, measured, reached: measured === undefined ? undefined : measured >= limit }
}

/**
 * @param {string} name
 * @param {number} limit
 * @param {number | undefined} measured
 * @returns {Target}
 */
function atMost(name, limit, measured) {
  return { name, wanted: `≤ ${limit}`, measured, reached: measured === undefined ? undefined : measured <= limit }
}
