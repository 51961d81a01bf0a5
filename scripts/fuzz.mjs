// `npm run fuzz`: looks for inputs that the code can't handle. The Rust targets (`fuzz/`) get bytes from libFuzzer, which
// learns which of them reach new code, and the properties of the JavaScript (`__test__/properties`) get values from
// fast-check. Prints a table, and ends with 1 if something did not hold.
//
// `npm run fuzz -- uri js-codec --minutes 10` runs two of them.
//
//   name…            only these targets; `js` stands for all properties, and `js-codec` for those of one file
//   --minutes 10     how long each one runs
//   --seed 7         of the values for properties; by default by chance
//   --keep           replaces the inputs in fuzz/corpus by the fewest that cover as much as all known ones, or by the shortest
//                    of them

import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { runProperties } from './fuzz/properties.mjs'
import { fuzz, installCargoFuzz, minimize } from './fuzz/rust.mjs'
import { PROPERTIES, RUST } from './fuzz/targets.mjs'
import { Failure, runAsProgram } from './lib/program.mjs'
import { startServer } from './mongod.mjs'

/** @typedef {{name: string, reads: string, runs: number, isBroken: boolean}} Row */

await runAsProgram(import.meta.url, async () => {
  const { values, positionals: names } = parseArgs({
    options: {
      minutes: { type: 'string', default: '10' },
      seed: { type: 'string', default: String(randomInt(2 ** 31)) },
      keep: { type: 'boolean' },
    },
    allowPositionals: true,
  })
  const minutes = Number(values.minutes)
  const seed = Number(values.seed)
  if (!(minutes > 0) || !Number.isInteger(seed)) throw new Failure('fuzz: --minutes and --seed need a number.')
  const rust = chosen(RUST, names)
  const properties = chosen(PROPERTIES, names, 'js')
  if (rust.length + properties.length === 0)
    throw new Failure(`fuzz: the targets are ${[...Object.keys(RUST), 'js'].join(', ')}.`)
  const rows = [
    ...(await fuzzRust(rust, Math.ceil(minutes * 60), values.keep ?? false)),
    ...(await fuzzJavaScript(properties, Math.ceil(minutes * 60), seed)),
  ]
  console.log(`\n${table(rows, minutes)}`)
  return rows.some(({ isBroken }) => isBroken) ? 1 : 0
})

/**
 * @param {Record<string, string>} targets
 * @param {string[]} names those that the user gave; all if there are none
 * @param {string} [group] stands for all of them, and before the name of one
 */
function chosen(targets, names, group) {
  const isChosen = (/** @type {string} */ name) =>
    names.length === 0 ||
    names.includes(group ? `${group}-${name}` : name) ||
    (group !== undefined && names.includes(group))
  return Object.entries(targets).filter(([name]) => isChosen(name))
}

/**
 * @param {[name: string, reads: string][]} targets
 * @param {number} seconds for each
 * @param {boolean} keeps
 */
async function fuzzRust(targets, seconds, keeps) {
  /** @type {Row[]} */
  const rows = []
  if (targets.length > 0) await installCargoFuzz()
  for (const [name, reads] of targets) {
    console.log(`fuzz: ${name}`)
    rows.push({ name, reads, ...(await fuzz(name, seconds)) })
    if (keeps) await minimize(name)
  }
  return rows
}

/**
 * @param {[name: string, reads: string][]} targets
 * @param {number} seconds for each
 * @param {number} seed
 */
async function fuzzJavaScript(targets, seconds, seed) {
  /** @type {Row[]} */
  const rows = []
  if (targets.length === 0) return rows
  const server = await startServer()
  try {
    for (const [name, reads] of targets) {
      console.log(`fuzz: js-${name}, seed ${seed}`)
      const result = await runProperties(name, { seconds, seed, mongoUrl: server.uri })
      rows.push({ name: `js-${name}`, reads, ...result })
    }
  } finally {
    await server.stop()
  }
  return rows
}

/**
 * @param {Row[]} rows
 * @param {number} minutes
 */
function table(rows, minutes) {
  return [
    '| target | what it reads | inputs | minutes | |',
    '| --- | --- | ---: | ---: | --- |',
    ...rows.map(
      ({ name, reads, runs, isBroken }) =>
        `| \`${name}\` | ${reads} | ${runs.toLocaleString('en')} | ${minutes} | ${isBroken ? '**a finding**' : ''} |`,
    ),
  ].join('\n')
}
