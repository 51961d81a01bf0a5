// `npm run soak`: one process uses stores of each kind for a long time, on a replica set whose members are killed, stopped,
// cut off and deposed, while other stores are opened and closed. Prints a table, and ends with 1 if an answer was wrong or if
// anything grows: memory, file descriptors, threads, connections. Needs Linux.
//
// `npm run soak -- --minutes 10 --seed 7` repeats the faults and the calls of an earlier run.
//
//   --minutes 10     how long the run takes, of which a quarter is the warm-up
//   --stores 500     how many stores are opened and closed; the run ends when all are
//   --seed 7         chooses the faults, and what callers do; by default by chance
//   --without-addon  uses stores that work through the `mongodb` package

import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { Failure, positive, runAsProgram } from './lib/program.mjs'
import { WITHOUT_ADDON } from './lib/without-addon.mjs'
import { report } from './soak/report.mjs'
import { soak } from './soak/run.mjs'
import { figuresOf, flawsOf, isLongEnough } from './soak/verdict.mjs'

await runAsProgram(import.meta.url, async () => {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '10' },
      stores: { type: 'string', default: '500' },
      seed: { type: 'string' },
      'without-addon': { type: 'boolean' },
    },
  })
  if (process.platform !== 'linux') throw new Failure('soak: only Linux tells what a process holds (/proc).')
  const seed = values.seed === undefined ? randomInt(2 ** 31) : positive('--seed', values.seed)
  const ms = positive('--minutes', values.minutes) * 60_000
  const count = positive('--stores', values.stores)
  console.log(`soak: seed ${seed}, ${values.minutes} minutes and the time to start and end`)
  const env = values['without-addon'] ? WITHOUT_ADDON : {}
  const result = await soak({ seed, ms, count, env, tell: (message) => console.log(`  ${message}`) })
  const figures = figuresOf(result)
  for (const message of figures.messages) console.log(`  ${message}`)
  console.log(`\n${report(values['without-addon'] ? 'without the addon' : 'with the addon', figures)}\n`)
  if (!isLongEnough(figures)) console.log('soak: in so short a run, growth is not judged.')
  const flaws = flawsOf(figures)
  console.log(`soak: ${flaws.length === 0 ? 'passed' : `failed: ${flaws.join('; ')}`}`)
  return flaws.length === 0 ? 0 : 1
})
