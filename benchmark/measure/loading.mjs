// How long `require` takes, each time in a new process: alone, and after the application has loaded express-session.

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

/**
 * Measures both packages, each in both cases.
 * @param {{ rounds: number }} options
 * @returns {Promise<import('../lib/types.js').LoadingResult[]>}
 */
export async function measureLoading({ rounds }) {
  const cases = MODULES.flatMap(({ peer, module }) => [
    { peer, module, preloaded: [], times: /** @type {number[]} */ ([]) },
    { peer, module, preloaded: ['express-session'], times: /** @type {number[]} */ ([]) },
  ])
  for (let round = 0; round < rounds; round += 1) {
    for (const { module, preloaded, times } of cases) times.push(await timeOf(module, preloaded))
  }
  return cases.map(({ peer, preloaded, times }) => ({ peer, preloaded, ms: median(times) }))
}

/**
 * @param {string} module
 * @param {string[]} preloaded
 */
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
