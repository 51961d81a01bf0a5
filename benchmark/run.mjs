// `npm run bench`: measures this package against others on this machine, prints a report, and writes the results and
// charts. It brings everything that it needs, and fails on no figure. `--help` tells its options.

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root, runAsProgram } from '../scripts/lib/process.mjs'
import { setup } from '../scripts/setup.mjs'
import { HELP, selection } from './selection.mjs'

/** The format of the results, so that a reader of old ones knows. */
const FORMAT = 1

await runAsProgram(import.meta.url, async () => {
  const plan = selection(process.argv.slice(2))
  if (plan.help) {
    process.stdout.write(HELP)
    return
  }
  const { nameOf } = await import('./measure/operations.mjs')
  if (plan.list) {
    console.log([...plan.cases.map(nameOf), ...plan.groups].join('\n'))
    return
  }
  await setup()
  const results = await measureAll(plan)
  const [{ evaluateTargets }, { report }, { drawCharts }] = await Promise.all(
    ['./targets.mjs', './report.mjs', './charts.mjs'].map((file) => import(file)),
  )
  results.targets = evaluateTargets(results)
  process.stdout.write(`\n${report(results)}`)

  const partial = join(root, '.cache', 'benchmark')
  const file = join(plan.out ?? (plan.whole ? join(root, 'benchmark', 'results') : partial), 'latest.json')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`)
  const charts = await drawCharts(results, plan.out ?? (plan.whole ? join(root, 'docs', 'charts') : partial))
  console.log(`\nWritten: ${[file, ...charts].join(', ')}`)
})

/** Starts the servers, measures what the plan says, and ends the servers whatever happens. */
async function measureAll(plan) {
  const { Servers } = await import('./lib/servers.mjs')
  const { Workers } = await import('./lib/workers.mjs')
  const { machine, versions } = await import('./lib/machine.mjs')
  const { killChildren } = await import('./lib/child.mjs')
  endOnSignal(killChildren)
  const startedAt = performance.now()
  const servers = await Servers.start({ redis: plan.peers.some(({ server }) => server === 'redis') })
  const workers = new Workers(servers)
  try {
    const peers = plan.peers.filter((peer) => servers.has(peer))
    for (const { name } of plan.peers.filter((peer) => !servers.has(peer))) {
      console.log(`bench: ${name} is skipped, since redis-server is not installed`)
      workers.failures.set(name, 'redis-server is not installed')
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

async function measureGroups({ plan, peers, servers, workers }) {
  const [
    { measureOperations },
    { measureHttp },
    { measureLarge },
    { measureMemory },
    { measureLoading },
    { measureEncryption },
    { OURS, THEIRS },
  ] = await Promise.all(
    ['operations', 'http', 'large', 'memory', 'loading', 'encryption']
      .map((name) => import(`./measure/${name}.mjs`))
      .concat(import('./peers.mjs')),
  )
  const pair = peers.filter(({ name }) => name === OURS || name === THEIRS)
  const { rounds, warmUp, slice, routes, groups } = plan
  const results = { operations: [], http: [], large: [], memory: [], loading: [], encryption: [] }
  if (groups.includes('require')) {
    console.log('bench: require')
    results.loading = await measureLoading({ rounds: plan.loadingRounds })
  }
  if (plan.cases.length > 0) {
    console.log('bench: operations')
    await workers.prepare(peers, plan.cases[0])
    results.operations = await measureOperations({ cases: plan.cases, peers, workers, rounds, warmUp, slice })
  }
  if (groups.includes('large')) {
    console.log('bench: small sessions beside large ones')
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

/** Ctrl-C ends the children first, lest they report that the servers are gone; those are ended with this process. */
function endOnSignal(killChildren) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => {
      killChildren()
      process.exit(130)
    })
  }
}
