// What a run measures: by default what the targets and charts need, in 6 to 8 minutes; with options more, or less.

import { parseArgs } from 'node:util'
import { Failure } from '../scripts/lib/program.mjs'
import { OPERATIONS } from './lib/operation-names.mjs'
import { nameOf } from './measure/operations.mjs'
import { PEERS } from './peers.mjs'

export const HELP = `Usage: npm run bench -- [options]

  --quick         a minute, to see that everything works; its figures mean little
  --full          all operations, sizes and delays: about an hour
  --rss           memory under a minute of mixed load, too
  --only=<list>   only what matches one of these words, separated by commas; several words in quotation marks must
                  all match: --only=http,"get@128 5ms"
  --peers=<list>  only these: ${PEERS.map(({ name }) => name).join(', ')}
  --rounds=<n>    how often each slice is measured; the medians are reported (default 3)
  --out=<folder>  where results and charts go; by default benchmark/results and docs/charts, and .cache/benchmark for
                  a run of a part only
  --list          prints what would be measured, and ends
`

const CONCURRENCIES = [1, 16, 128, 1024]
const SIZES = [0.3, 1, 10, 100] // KB
const DELAYS = [0, 1, 5] // ms

/** Reads the command line. Throws a Failure that says what is wrong with it. */
export function selection(args) {
  const { quick, full, rss, only, peers, rounds, out, list, help } = parse(args)
  if (quick && full) throw new Failure('--quick and --full exclude each other.')
  const wanted = patterns(only)
  const groups = ['http read', 'http write', 'large', 'encryption', 'require', ...(rss || full ? ['rss'] : [])].filter(
    wanted,
  )
  return {
    help,
    list,
    peers: chosenPeers(peers),
    cases: (full ? allCases() : quick ? quickCases() : defaultCases()).filter((options) => wanted(nameOf(options))),
    routes: ['read', 'write'].filter((route) => groups.includes(`http ${route}`)),
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

function parse(args) {
  const text = { type: 'string' }
  const flag = { type: 'boolean' }
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
    throw new Failure(`${error.message}\n\n${HELP}`)
  }
}

function defaultCases() {
  const near = OPERATIONS.flatMap((op) => CONCURRENCIES.map((concurrency) => ({ op, concurrency, kb: 1, delay: 0 })))
  const far = DELAYS.filter((delay) => delay > 0).map((delay) => ({ op: 'get', concurrency: 128, kb: 1, delay }))
  return [...near, ...far]
}

function quickCases() {
  const near = OPERATIONS.flatMap((op) => [1, 128].map((concurrency) => ({ op, concurrency, kb: 1, delay: 0 })))
  return [...near, { op: 'get', concurrency: 128, kb: 1, delay: 5 }]
}

function allCases() {
  return DELAYS.flatMap((delay) =>
    SIZES.flatMap((kb) =>
      OPERATIONS.flatMap((op) => CONCURRENCIES.map((concurrency) => ({ op, concurrency, kb, delay }))),
    ),
  )
}

/** A function that tells whether a name is wanted: all words of one pattern are in it. `1KB` is not in `0.1KB`. */
function patterns(only) {
  if (only === undefined) return () => true
  const list = only.split(',').map((pattern) => pattern.trim().toLowerCase().split(/\s+/))
  return (name) => {
    const words = name.toLowerCase().split(/[ @]/)
    return list.some((pattern) => pattern.every((word) => word.split('@').every((part) => words.includes(part))))
  }
}

function chosenPeers(list) {
  if (list === undefined) return PEERS
  return list.split(',').map((name) => {
    const peer = PEERS.find((candidate) => candidate.name.toLowerCase() === name.trim().toLowerCase())
    if (!peer)
      throw new Failure(
        `--peers: there is no "${name}"; there are ${PEERS.map((candidate) => candidate.name).join(', ')}.`,
      )
    return peer
  })
}

function positive(text) {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) throw new Failure('--rounds needs a number from 1 up.')
  return number
}
