// What this package wants to be, in figures, each against connect-mongo or another peer in the same run. A target that
// is missed is reported; it fails nothing, since a figure of time depends on the machine.

import { OPERATIONS } from './lib/operation-names.mjs'
import { nameOf } from './measure/operations.mjs'
import { OURS, THEIRS } from './peers.mjs'

/** Growth of memory that counts as none: a share of it per minute. */
const FLAT = 0.05

/**
 * All targets with what was measured: `{ name, wanted, measured, reached }`; `measured` and `reached` are undefined
 * where it was not measured.
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

/** Each operation with 128 in flight: throughput, and the event-loop time that one takes. */
function operations(results) {
  const wanted = [
    { op: 'get', throughput: 15, loop: 15 },
    { op: 'touch', throughput: 8, loop: 30 },
    { op: 'set', throughput: 5, loop: 8 },
  ]
  return wanted.flatMap(({ op, throughput, loop }) => {
    const pair = pairOf(results, { op, concurrency: 128 })
    return [
      atLeast(`${op}@128: throughput, × connect-mongo`, throughput, ratio(pair, throughputs)),
      atLeast(`${op}@128: event-loop time, connect-mongo ÷`, loop, ratio(pair, loopTimes)),
    ]
  })
}

/** One operation at a time: nothing to gain by batches, and nothing to lose. */
function single(results) {
  return OPERATIONS.flatMap((op) => {
    const pair = pairOf(results, { op, concurrency: 1 })
    return [
      atLeast(`${op}@1: throughput, × connect-mongo`, 1.3, ratio(pair, throughputs)),
      atLeast(`${op}@1: p99, connect-mongo ÷`, 1, ratio(pair, tails)),
    ]
  })
}

function network(results) {
  const pair = pairOf(results, { op: 'get', concurrency: 128, delay: 5 })
  return [atLeast('get@128, 5 ms away: throughput, × connect-mongo', 3, ratio(pair, throughputs))]
}

function large(results) {
  const ours = results.large.find(({ peer }) => peer === OURS)
  return atMost(
    'p99 of small sessions beside 15 MB ones of others, × alone',
    3,
    ours && ours.others.p99 / ours.alone.p99,
  )
}

/** Encrypted sessions, `get` and `set`. */
function encryption({ encryption: all }) {
  const speed = (peer, op, concurrency) =>
    all.find((result) => result.peer === peer && result.op === op && result.concurrency === concurrency)?.perSecond
  const times = (op, concurrency, ours, theirs) => {
    const [fast, slow] = [speed(`${OURS} ${ours}`, op, concurrency), speed(theirs, op, concurrency)]
    return fast && slow && fast / slow
  }
  return ['get', 'set'].flatMap((op) => [
    atLeast(`${op}@128, crypto: throughput, × connect-mongo`, 200, times(op, 128, 'crypto', `${THEIRS} crypto`)),
    atLeast(`${op}@1, crypto: throughput, × connect-mongo`, 100, times(op, 1, 'crypto', `${THEIRS} crypto`)),
    atLeast(
      `${op}@128, Web Crypto: throughput, × connect-mongo`,
      8,
      times(op, 128, 'webcrypto', `${THEIRS} webcrypto`),
    ),
    atLeast(`${op}@128, encryption: throughput, × without`, 0.85, times(op, 128, 'encryption', `${OURS} plain`)),
  ])
}

function http(results) {
  const wanted = [
    [THEIRS, 2.5],
    ['connect-redis', 0.95],
    ['MemoryStore', 0.9],
  ]
  return ['read', 'write'].flatMap((route) =>
    wanted.map(([peer, times]) => {
      const [ours, theirs] = [OURS, peer].map((name) =>
        results.http.find((result) => result.peer === name && result.route === route),
      )
      return atLeast(
        `Express 5, ${route}: requests, × ${peer}`,
        times,
        ours && theirs && ours.perSecond / theirs.perSecond,
      )
    }),
  )
}

function memory(results) {
  const [ours, theirs] = [OURS, THEIRS].map((name) => results.memory.find(({ peer }) => peer === name))
  return [
    atMost('memory after mixed load, × connect-mongo', 1, ours && theirs && ours.finalMb / theirs.finalMb),
    atMost('growth of memory per minute, share of it', FLAT, ours && ours.growth / ours.finalMb),
  ]
}

/** The results of both for one case, of 1 KB and without delay unless it says otherwise. */
function pairOf(results, { op, concurrency, kb = 1, delay = 0 }) {
  const name = nameOf({ op, concurrency, kb, delay })
  const [ours, theirs] = [OURS, THEIRS].map((peer) =>
    results.operations.find((result) => result.peer === peer && nameOf(result) === name),
  )
  return ours && theirs && { ours, theirs }
}

const throughputs = ({ ours, theirs }) => ours.perSecond / theirs.perSecond
const loopTimes = ({ ours, theirs }) => theirs.loopUs / ours.loopUs
const tails = ({ ours, theirs }) => theirs.p99 / ours.p99

function ratio(pair, compute) {
  return pair && compute(pair)
}

function atLeast(name, limit, measured) {
  return { name, wanted: `≥ ${limit}`, measured, reached: measured === undefined ? undefined : measured >= limit }
}

function atMost(name, limit, measured) {
  return { name, wanted: `≤ ${limit}`, measured, reached: measured === undefined ? undefined : measured <= limit }
}
