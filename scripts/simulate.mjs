// `npm run simulate -- 10000`: the engine above a model of failing servers, for so many seeds (200 by default).
// `--seed 7` runs one seed, and tells what happened at the servers.

import { parseArgs } from 'node:util'
import { Failure, cargo, runAsProgram } from './lib/process.mjs'

const TEST = 'whatever_fails_each_answer_is_true'

function wholeNumber(text) {
  if (!/^\d+$/.test(text)) throw new Failure(`simulate: ${text} is not a whole number.`)
  return text
}

await runAsProgram(import.meta.url, () => {
  const { values, positionals } = parseArgs({ options: { seed: { type: 'string' } }, allowPositionals: true })
  if (values.seed !== undefined) process.env.SIMULATION_SEED = wholeNumber(values.seed)
  if (positionals.length > 0) process.env.SIMULATION_SEEDS = wholeNumber(positionals[0])
  return cargo(['test', '--quiet', '--profile', 'simulation', TEST, '--', '--nocapture'])
})
