// What a run measures: by default everything that the targets and charts need, in 6 to 8 minutes. Options select more or
// less.

import { parseArgs } from 'node:util'
import { Failure, messageOf } from '../scripts/lib/program.mjs'
import { OPERATIONS } from './lib/operations.mjs'
import { nameOf } from './measure/operations.mjs'
import { PEERS } from './peers.mjs'

/** @typedef {import('./lib/types.js').Case} Case */
/** @typedef {import('./lib/types.js').HttpRoute} HttpRoute */

const PEER_NAMES = PEERS.map(({ name }) => name).join(', ')

export const HELP = `Usage: npm run bench -- [options]

  --quick         takes a minute, to see that everything works; its figures mean little
  --full          measures all operations, sizes and delays, in about an hour
  --rss           also measures memory, under a minute of mixed load
  --only=<list>   measures only what matches one of these words, separated by commas. Several words in quotation marks
                  must all match: --only=http,"get@128 5ms"
  --peers=<list>  measures only these peers, separated by commas: ${PEER_NAMES}
  --rounds=<n>    measures each slice n times, and reports the medians (default 3)
  --out=<folder>  writes results and charts to this folder. The default is benchmark/results and docs/charts, or
                  .cache/benchmark if only a part is measured
  --list          prints what would be measured, and exits
`

const CONCURRENCIES = [1, 16, 128, 1024]
const SIZES = [0.3, 1, 10, 100] // KB
const DELAYS = [0, 1, 5] // ms

/**
 * Reads the command line. Throws a Failure that says what is wrong with it.
 * @param {string[]} args
 * @returns {import('./lib/types.js').Plan}
 */
export function selection(args) {
  const { quick, full, rss, only, peers, rounds, out, list, help } = parse(args)
  if (quick && full) throw new Failure('Use either --quick or --full, not both.')
  const wanted = patterns(only)
  const memory = rss || full ? ['rss'] : []
  const groups = ['http read', 'http write', 'large', 'encryption', 'require', ...memory].filter(wanted)
  /** @type {HttpRoute[]} */
  const routes = ['read', 'write']
  return {
    help,
    list,
    peers: chosenPeers(peers),
    cases: (full ? allCases() : quick ? quickCases() : defaultCases()).filter((options) => wanted(nameOf(options))),
    routes: routes.filter((route) => groups.includes(`http ${route}`)),
    groups,
    rounds: rounds === undefined ? (quick ? 1 : 3) : positive(rounds),
    slice: quick ? 500 : 1000, // ms
    warmUp: quick ? 150 : 250, // ms
    httpSeconds: quick ? 1 : 2,
    httpWarmUp: 0.5,
    memorySeconds: quick ? 15 : 60,
    loadingRounds: quick ? 3 : 11,
    whole: !quick && only === undefined && peers === undefined,
    out,
  }
}

/** @param {string[]} args */
function parse(args) {
  const text = /** @type {const} */ ({ type: 'string' })
  const flag = /** @type {const} */ ({ type: 'boolean' })
  try {
    return parseArgs({
      args,
      options: {
        quick: flag,
        full: flag,
        rss: flag,
        only: text,
        peers: text,
        rounds: text,
        out: text,
        list: flag,
        help: flag,
      },
    }).values
  } catch (error) {
    throw new Failure(`${messageOf(error)}\n\n${HELP}`, { cause: error })
  }
}

function defaultCases() {
  const near = OPERATIONS.flatMap((op) => CONCURRENCIES.map((concurrency) => ({ op, concurrency, kb: 1, delay: 0 })))
  return [...near, ...DELAYS.filter((delay) => delay > 0).map(far)]
}

function quickCases() {
  const near = OPERATIONS.flatMap((op) => [1, 128].map((concurrency) => ({ op, concurrency, kb: 1, delay: 0 })))
  return [...near, far(5)]
}

/**
 * Reads from a server that is some ms away.
 * @param {number} delay
 * @returns {Case}
 */
function far(delay) {
  return { op: 'get', concurrency: 128, kb: 1, delay }
}

function allCases() {
  return DELAYS.flatMap((delay) =>
    SIZES.flatMap((kb) =>
      OPERATIONS.flatMap((op) => CONCURRENCIES.map((concurrency) => ({ op, concurrency, kb, delay }))),
    ),
  )
}

/**
 * A function that tells whether a name is wanted: it must contain all words of one pattern. `0.1KB` does not contain `1KB`.
 * @param {string | undefined} only
 * @returns {(name: string) => boolean}
 */
function patterns(only) {
  if (only === undefined) return () => true
  const list = only.split(',').map((pattern) => pattern.trim().toLowerCase().split(/\s+/))
  return (name) => {
    const words = name.toLowerCase().split(/[ @]/)
    return list.some((pattern) => pattern.every((word) => word.split('@').every((part) => words.includes(part))))
  }
}

/** @param {string | undefined} list */
function chosenPeers(list) {
  if (list === undefined) return PEERS
  return list.split(',').map((name) => {
    const peer = PEERS.find((candidate) => candidate.name.toLowerCase() === name.trim().toLowerCase())
    if (!peer) throw new Failure(`--peers: there is no "${name}". The peers are ${PEER_NAMES}.`)
    return peer
  })
}

/** @param {string} text */
function positive(text) {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1)
    throw new Failure(`--rounds must be a whole number from 1 on, not "${text}".`)
  return number
}
