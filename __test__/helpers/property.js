'use strict'

// Tests of what holds for any values, which fast-check makes up. `npm test` runs each with the same few values every time.
// `npm run fuzz` sets FUZZ_SECONDS, the time for all properties of a file together, FUZZ_SEED, and FUZZ_RESULTS, a file that
// gets the number of values of each property.

const { appendFileSync } = require('node:fs')
const { test } = require('node:test')
const fc = require('fast-check')

const { FUZZ_RESULTS, FUZZ_SECONDS, FUZZ_SEED } = process.env
const RUNS = 200
/** A seed like any other. */
const SEED = 7
/** What takes longer has hung. */
const PATIENCE = 60_000 // ms
let properties = 0

/**
 * Defines the test that `holds(...values, t)` passes or resolves for all values of these arbitraries. `runs` is their number
 * under `npm test`.
 */
function property(name, arbitraries, holds, { runs = RUNS } = {}) {
  properties += 1
  test(name, async (t) => {
    const seed = Number(FUZZ_SEED ?? SEED)
    const extent =
      FUZZ_SECONDS === undefined
        ? { numRuns: runs }
        : {
            numRuns: Number.MAX_SAFE_INTEGER,
            interruptAfterTimeLimit: (Number(FUZZ_SECONDS) * 1000) / properties,
            markInterruptAsFailure: false,
          }
    const details = await fc.check(
      fc.asyncProperty(...arbitraries, (...values) => holds(...values, t)),
      { seed, timeout: PATIENCE, ...extent },
    )
    t.diagnostic(`${details.numRuns} runs, seed ${seed}`)
    if (FUZZ_RESULTS) appendFileSync(FUZZ_RESULTS, `${details.numRuns}\n`)
    if (details.failed) throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance })
  })
}

/** Any value of the language, also those that no option and no session may have. */
const anything = fc.oneof(
  fc.anything({
    maxDepth: 2,
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  }),
  fc.constantFrom(
    Symbol('s'),
    () => 5,
    class {},
    new Proxy({}, {}),
    Promise.resolve({}),
    /x/,
    new Error('x'),
    -0,
    '\0',
  ),
  fc.constant({
    toString: () => {
      throw new Error('own')
    },
  }),
)

module.exports = { anything, property }
