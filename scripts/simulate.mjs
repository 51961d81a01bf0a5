// `npm run simulate -- 10000`: runs the engine against a model of failing servers, with as many seeds as you ask for
// (default 200). `--seed 7` runs a single seed and prints what happened at the servers.

import { parseArgs } from 'node:util'
import { cargo } from './lib/process.mjs'
import { Failure, runAsProgram } from './lib/program.mjs'

const TEST = 'whatever_fails_each_answer_is_true'

await runAsProgram(import.meta.url, () => {
  const { values, positionals } = parseArgs({ options: { seed: { type: 'string' } }, allowPositionals: true })
  const [seeds] = positionals
  /** @type {Record<string, string>} */
  const env = {}
  if (values.seed !== undefined) env.SIMULATION_SEED = wholeNumber(values.seed)
  if (seeds !== undefined) env.SIMULATION_SEEDS = wholeNumber(seeds)
  return cargo(['test', '--quiet', '--lib', '--profile', 'simulation', TEST, '--', '--nocapture'], { env })
})

/** @param {string} text */
function wholeNumber(text) {
  if (!/^\d+$/.test(text)) throw new Failure(`simulate: "${text}" is not a whole number.`)
  return text
}
