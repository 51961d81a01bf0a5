// `npm run test:faults`: runs stores on a replica set whose members are killed, stopped, cut off and deposed, and checks that
// the history of each session can be explained. Prints a table, and ends with 1 if our store does not keep its promises.
//
// `npm run test:faults -- --only ours --minutes 3 --seed 7` runs one store, with the faults of an earlier run.
//
//   --only ours      only the stores with these keys: ours, defaults, w1, fallback, theirs; may be repeated
//   --minutes 3      how long each one runs
//   --seed 7         chooses the faults, and what callers do; by default by chance

import { randomInt } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { table } from './faults/report.mjs'
import { runUnderFaults } from './faults/run.mjs'
import { SUBJECTS } from './faults/subjects.mjs'
import { brokenPromises, figuresOf } from './faults/verdict.mjs'
import { root } from './lib/process.mjs'
import { Failure, positive, runAsProgram } from './lib/program.mjs'

const FOLDER = join(root, '.cache', 'faults')

await runAsProgram(import.meta.url, async () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      minutes: { type: 'string', default: '3' },
      seed: { type: 'string' },
    },
  })
  const subjects = SUBJECTS.filter(({ key }) => values.only?.includes(key) ?? true)
  if (subjects.length === 0) throw new Failure(`faults: the stores are ${SUBJECTS.map(({ key }) => key).join(', ')}.`)
  const seed = values.seed === undefined ? randomInt(2 ** 31) : positive('--seed', values.seed)
  const ms = positive('--minutes', values.minutes) * 60_000
  console.log(`faults: seed ${seed}`)
  const rows = []
  let isBroken = false
  for (const subject of subjects) {
    console.log(`faults: ${subject.name}, ${values.minutes} minutes`)
    const result = await runUnderFaults(subject, { seed, ms, tell: (message) => console.log(`  ${message}`) })
    const figures = figuresOf(result)
    rows.push({ name: subject.name, figures })
    const broken = brokenPromises(figures)
    if (broken.length > 0) console.log(`  ${broken.join('; ')}; all calls are in ${keep(subject.key, seed, result)}`)
    isBroken ||= Boolean(subject.isJudged) && broken.length > 0
  }
  console.log(`\n${table(rows)}`)
  return isBroken ? 1 : 0
})

/**
 * Keeps what was called, to look into what went wrong. Resolves with the file's path.
 * @param {string} key
 * @param {number} seed
 * @param {import('./faults/run.mjs').Result} result
 */
function keep(key, seed, result) {
  mkdirSync(FOLDER, { recursive: true })
  const path = join(FOLDER, `${key}-${seed}.json`)
  writeFileSync(
    path,
    JSON.stringify(result, (_, value) => (value === Infinity ? null : value)),
  )
  return path
}
