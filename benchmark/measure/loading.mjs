// How long `require` takes, in fresh processes: alone, and where the application has loaded express-session already.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { root } from '../../scripts/lib/process.mjs'
import { median } from '../lib/statistics.mjs'
import { OURS, THEIRS } from '../peers.mjs'

const execute = promisify(execFile)

const MODULES = [
  { peer: OURS, module: 'connect-mongo-native' },
  { peer: THEIRS, module: 'connect-mongo-6' },
]

/** Gives `{ peer, preloaded, ms }` for each; `preloaded` is what had been loaded before. */
export async function measureLoading({ rounds }) {
  const cases = MODULES.flatMap((entry) =>
    [[], ['express-session']].map((preloaded) => ({ ...entry, preloaded, times: [] })),
  )
  for (let round = 0; round < rounds; round += 1) {
    for (const { module, preloaded, times } of cases) times.push(await timeOf(module, preloaded))
  }
  return cases.map(({ peer, preloaded, times }) => ({ peer, preloaded, ms: median(times) }))
}

async function timeOf(module, preloaded) {
  const program = `
    for (const name of ${JSON.stringify(preloaded)}) require(name)
    const startedAt = performance.now()
    require(${JSON.stringify(module)})
    console.log(performance.now() - startedAt)
    process.exit()`
  const { stdout } = await execute(process.execPath, ['-e', program], { cwd: root })
  return Number(stdout)
}
