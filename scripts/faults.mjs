// `npm run test:faults`: runs stores on servers that are killed, stopped, cut off and deposed, and checks that the history of
// each session can be explained. Prints a table, and ends with 1 if our store does not keep its promises.
//
// `npm run test:faults -- --only ours --minutes 2.5 --seed 7` runs one store, with the faults of an earlier run.
// `npm run test:faults -- --only ours --only fallback --fault each --minutes 0.5 --seed 7` runs two stores with each fault by
// itself.
//
//   --only ours      only the stores with these keys: ours, defaults, w1, fallback, theirs, redis, sentinel; may be repeated
//   --fault kill     a run with this kind of fault only, which may be repeated for more runs; "each" is one for each kind: kill,
//                    step-down, pause, cut, isolate, majority, slow, resync
//   --minutes 3      how long each one runs
//   --seed 7         chooses the faults, and what callers do; by default by chance

import { randomInt } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { findRedis } from '../benchmark/lib/redis.mjs'
import { faultsFor } from './faults/deployments.mjs'
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
      fault: { type: 'string', multiple: true },
      minutes: { type: 'string', default: '3' },
      seed: { type: 'string' },
    },
  })
  const wanted = SUBJECTS.filter(({ key }) => values.only?.includes(key) ?? true)
  if (wanted.length === 0) throw new Failure(`faults: the stores are ${SUBJECTS.map(({ key }) => key).join(', ')}.`)
  const onMongo = wanted.filter(({ servers }) => servers === 'mongodb')
  const canAll = onMongo.length === wanted.length || (await findRedis()) !== undefined
  if (!canAll) console.log('faults: there is no redis-server, so its stores are left out')
  const runs = (canAll ? wanted : onMongo).flatMap((subject) => runsOf(subject, values.fault))
  if (runs.length === 0) throw new Failure(`faults: the faults are ${faultsFor(wanted[0]).join(', ')}.`)
  const seed = values.seed === undefined ? randomInt(2 ** 31) : positive('--seed', values.seed)
  const ms = positive('--minutes', values.minutes) * 60_000
  console.log(`faults: seed ${seed}`)
  const rows = []
  let isBroken = false
  try {
    for (const { subject, fault, name } of runs) {
      console.log(`faults: ${name}, ${values.minutes} minutes`)
      const result = await runUnderFaults(subject, { seed, ms, fault, tell: (message) => console.log(`  ${message}`) })
      const figures = figuresOf(result)
      rows.push({ name, figures })
      const broken = brokenPromises(figures)
      if (broken.length > 0)
        console.log(`  ${broken.join('; ')}; all calls are in ${keep([subject.key, fault, seed], result)}`)
      isBroken ||= Boolean(subject.isJudged) && broken.length > 0
    }
  } finally {
    if (rows.length > 0) console.log(`\n${table(rows)}`)
  }
  return isBroken ? 1 : 0
})

/**
 * The runs of a store: one with all faults, or one for each of those that are wanted and that its servers can have.
 * @param {import('./faults/subjects.mjs').Subject} subject
 * @param {string[]} [wanted]
 * @returns {{ subject: typeof subject, fault?: string, name: string }[]}
 */
function runsOf(subject, wanted) {
  if (!wanted) return [{ subject, name: subject.name }]
  const faults = faultsFor(subject).filter((fault) => wanted.includes(fault) || wanted.includes('each'))
  return faults.map((fault) => ({ subject, fault, name: `${subject.name}: ${fault}` }))
}

/**
 * Keeps what was called, to look into what went wrong. Resolves with the file's path.
 * @param {(string | number | undefined)[]} names of store and fault, and the seed
 * @param {import('./faults/run.mjs').Result} result
 */
function keep(names, result) {
  mkdirSync(FOLDER, { recursive: true })
  const path = join(FOLDER, `${names.filter((name) => name !== undefined).join('-')}.json`)
  writeFileSync(
    path,
    JSON.stringify(result, (_, value) => (value === Infinity ? null : value)),
  )
  return path
}
