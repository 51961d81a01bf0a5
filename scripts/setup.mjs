// `npm run setup`: installs the npm packages and builds the addon. It does only what is missing or out of date, and prints
// nothing if there is nothing to do. Other scripts run after it, so they can import any package; this one, and all that
// it imports at its start, must use nothing but Node's own modules.
//
//   --no-addon  installs the npm packages only
//   --release   wants an optimised addon; by default any will do, and a missing one is built without optimisations
//   --mongod    also downloads the MongoDB servers of these releases, separated by commas, if they are missing: `any,4.2`

import { readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build, compile, requireCargo } from './build.mjs'
import { root, run } from './lib/process.mjs'
import { Failure, messageOf, runAsProgram } from './lib/program.mjs'
import { withProgress } from './lib/progress.mjs'

/** @typedef {{ packages: boolean, addon: boolean, release: boolean, servers: string[] }} Plan what there is to do */

await runAsProgram(import.meta.url, async () => {
  const { values } = parseArgs({
    options: { 'no-addon': { type: 'boolean' }, release: { type: 'boolean' }, mongod: { type: 'string' } },
  })
  const release = Boolean(values.release)
  const plan = {
    packages: modified('node_modules/.package-lock.json') < modified('package-lock.json'),
    addon: !values['no-addon'] && (addonModified() < sourcesModified() || (release && !isOptimised())),
    release,
    servers: values.mongod?.split(',') ?? [],
  }
  if (plan.addon) await requireCargo()
  // The packages and the servers come over the network while the processor compiles. Only napi, which makes an addon of
  // what is compiled, is itself one of the packages. An optimised build is left to it: its last step takes longest.
  await Promise.all([
    plan.packages && plan.addon && !release
      ? withProgress('setup: compiling 220 crates (cargo build)', 'about 2 minutes on two cores', compile)
      : undefined,
    download(plan),
  ])
  if (plan.addon && release) {
    await withProgress('setup: building the optimised addon (npm run build)', 'about 7 minutes on two cores', build)
  } else if (plan.addon) {
    const estimate = plan.packages ? 'a few seconds, as its crates are compiled' : 'up to 2 minutes on two cores'
    await withProgress('setup: building the addon (npm run build:debug)', estimate, () => build({ debug: true }))
  }
})

/**
 * Installs the npm packages, and then the servers, which are downloaded by some of these.
 * @param {Plan} plan
 */
async function download({ packages, servers }) {
  if (packages) {
    await withProgress('setup: installing the npm packages (npm ci)', 'about half a minute', async () => {
      const code = await run('npm', ['ci', '--no-audit', '--no-fund'])
      if (code !== 0) throw new Failure('setup: `npm ci` failed. Its output above says why.')
    })
  }
  if (servers.length === 0) return
  const { findMongod } = await import('./mongod/find.mjs')
  for (const version of servers) {
    try {
      await findMongod({ version: version === 'any' ? undefined : version })
    } catch (error) {
      // Who needs the server looks for it again, and says what can't be done without it.
      console.error(`setup: ${messageOf(error)}`)
    }
  }
}

/**
 * When a file was last modified, in ms; 0 if it does not exist.
 * @param {string} path relative to the root folder
 */
function modified(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/** When the addon was built, in ms; 0 if it or its loader is missing. */
function addonModified() {
  const addons = readdirSync(root).filter((name) => name.endsWith('.node'))
  return modified('native.js') && Math.max(0, ...addons.map(modified))
}

/** Whether the addon, which is there, was built with optimisations. */
function isOptimised() {
  return createRequire(import.meta.url)('../native.js').isOptimised()
}

/** When a source of the addon was last modified, in ms. */
function sourcesModified() {
  // Folders count too: the time of a folder changes when a file in it is removed or renamed.
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).map((name) => join('src', name))
  return Math.max(...['Cargo.toml', 'Cargo.lock', 'build.rs', 'src', ...sources].map(modified))
}
