// `npm run bench`: measures this package against other stores on this machine, prints a report, and writes the results and
// charts. It starts everything that it needs. A missed target is reported and is no error. `--help` lists the options.

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { killChildren } from '../scripts/lib/child.mjs'
import { root } from '../scripts/lib/process.mjs'
import { runAsProgram } from '../scripts/lib/program.mjs'
import { LATEST, drawCharts } from './charts.mjs'
import { machine, versions } from './lib/machine.mjs'
import { Servers } from './lib/servers.mjs'
import { Workers } from './lib/workers.mjs'
import { measureEncryption } from './measure/encryption.mjs'
import { measureHttp } from './measure/http.mjs'
import { measureLarge } from './measure/large.mjs'
import { measureLoading } from './measure/loading.mjs'
import { measureMemory } from './measure/memory.mjs'
import { measureOperations, nameOf } from './measure/operations.mjs'
import { OURS, THEIRS } from './peers.mjs'
import { report } from './report.mjs'
import { HELP, selection } from './selection.mjs'
import { evaluateTargets } from './targets.mjs'

/** @typedef {import('./lib/types.js').Plan} Plan */
/** @typedef {import('./lib/types.js').Peer} Peer */

/** The version of the format of the results, for programs that read old ones. */
const FORMAT = 1
/** The folder for the results of a run that measures only a part. */
const PARTIAL = join(root, '.cache', 'benchmark')

await runAsProgram(import.meta.url, async () => {
  const plan = selection(process.argv.slice(2))
  if (plan.help) {
    process.stdout.write(HELP)
    return
  }
  if (plan.list) {
    console.log([...plan.cases.map(nameOf), ...plan.groups].join('\n'))
    return
  }
  endOnSignal()
  const measured = await measureAll(plan)
  const results = { ...measured, targets: evaluateTargets(measured) }
  process.stdout.write(`\n${report(results)}`)

  const written = plan.whole ? LATEST : { file: join(PARTIAL, 'latest.json'), charts: PARTIAL }
  const { file, charts } = plan.out === undefined ? written : { file: join(plan.out, 'latest.json'), charts: plan.out }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`)
  console.log(`\nWritten: ${[file, ...(await drawCharts(results, charts))].join(', ')}`)
})

/**
 * Starts the servers, measures what the plan says, and stops the servers whatever happens.
 * @param {Plan} plan
 * @returns {Promise<import('./lib/types.js').Run>}
 */
async function measureAll(plan) {
  const startedAt = performance.now()
  const servers = await Servers.start({ redis: plan.peers.some(({ server }) => server === 'redis') })
  const workers = new Workers(servers)
  try {
    const peers = plan.peers.filter((peer) => servers.has(peer))
    for (const { name } of plan.peers.filter((peer) => !servers.has(peer))) {
      console.log(`bench: ${name} is skipped, because there is no redis-server`)
      workers.failures.set(name, 'there is no redis-server')
    }
    const measured = await measureGroups({ plan, peers, servers, workers })
    const { rounds, slice, warmUp, httpSeconds, memorySeconds } = plan
    return {
      format: FORMAT,
      date: new Date().toISOString(),
      minutes: Number(((performance.now() - startedAt) / 60_000).toFixed(1)),
      machine: machine(),
      versions: versions(servers.versions),
      plan: { rounds, slice, warmUp, httpSeconds, memorySeconds },
      failures: Object.fromEntries(workers.failures),
      ...measured,
    }
  } finally {
    await workers.stop()
    await servers.stop()
  }
}

/**
 * Measures each group of the plan.
 * @param {{ plan: Plan, peers: Peer[], servers: Servers, workers: Workers }} subject
 * @returns {Promise<import('./lib/types.js').Measured>}
 */
async function measureGroups({ plan, peers, servers, workers }) {
  const pair = peers.filter(({ name }) => name === OURS || name === THEIRS)
  const { rounds, warmUp, slice, routes, groups } = plan
  /** @type {import('./lib/types.js').Measured} */
  const results = { operations: [], http: [], large: [], memory: [], loading: [], encryption: [] }
  if (groups.includes('require')) {
    console.log('bench: require')
    results.loading = await measureLoading({ rounds: plan.loadingRounds })
  }
  if (plan.cases.length > 0) {
    console.log('bench: operations')
    await workers.prepare(peers, { kb: plan.cases[0].kb })
    results.operations = await measureOperations({ cases: plan.cases, peers, workers, rounds, warmUp, slice })
  }
  if (groups.includes('large')) {
    console.log('bench: small sessions beside a large one')
    results.large = await measureLarge({ peers: pair, workers, rounds, warmUp, slice })
  }
  if (groups.includes('encryption')) {
    console.log('bench: encrypted sessions')
    results.encryption = await measureEncryption({ workers, rounds, warmUp, slice })
  }
  if (groups.includes('rss')) {
    console.log('bench: memory')
    results.memory = await measureMemory({ peers: pair, workers, seconds: plan.memorySeconds })
  }
  if (routes.length > 0) {
    console.log('bench: Express 5 over HTTP')
    const { httpSeconds: seconds, httpWarmUp } = plan
    results.http = await measureHttp({ routes, peers, servers, workers, rounds, warmUp: httpWarmUp, seconds })
  }
  return results
}

/** On Ctrl-C, ends the children first: they would report that their servers are gone. The servers end with this process. */
function endOnSignal() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => {
      killChildren()
      process.exit(130)
    })
  }
}
