// Whether people can use what was packed: installs the tarballs of npm/tarballs/ into an empty folder, and runs the README's
// application there, up to a log-in that survives a restart. Fails unless the addon comes from the package of this platform.
// This runs on every Node that the package supports, and needs none of the devDependencies if MONGO_URL names a server.
//
//   --registry URL   installs by name from a registry instead
//   --omit-optional  installs no package of a platform: the store must work without the addon
//   --runtime "deno run --allow-all"   what runs the application, instead of Node

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { npm } from '../lib/npm.mjs'
import { root } from '../lib/process.mjs'
import { Failure, runAsProgram } from '../lib/program.mjs'
import { quickstart } from './quickstart.mjs'

/** How long the application may take to start, in ms: a container that emulates its processor is slow. */
const START_TIMEOUT = 120_000
/** What the application needs besides the package. */
const BESIDE = ['express', 'express-session']

/** @typedef {{ addons: string[], warnings: string[] }} State what the application tells of itself */

const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

await runAsProgram(import.meta.url, async () => {
  const { values } = parseArgs({
    options: {
      registry: { type: 'string' },
      'omit-optional': { type: 'boolean', default: false },
      runtime: { type: 'string', default: process.execPath },
    },
  })
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'smoke-'))
  const mongo = await findServer()
  try {
    await install(folder, values)
    writeFileSync(join(folder, 'app.cjs'), quickstart())
    const start = () => startApplication(folder, values.runtime, mongo.uri)
    const found = checkAddon(await logIn(start), folder, values['omit-optional'])
    console.log(`smoke: ${name} ${version} works with ${found}`)
  } finally {
    await mongo.stop()
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }
})

/** The server that MONGO_URL names, or one of its own. */
async function findServer() {
  if (process.env.MONGO_URL) return { uri: process.env.MONGO_URL, stop: async () => {} }
  const { startServer, withDatabase } = await import('../mongod.mjs')
  const server = await startServer()
  return { uri: withDatabase(server.uri, 'smoke'), stop: () => server.stop() }
}

/**
 * Installs the package, as its users do.
 * @param {string} folder
 * @param {{ registry?: string, 'omit-optional': boolean }} options
 */
async function install(folder, { registry, 'omit-optional': omit }) {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, ...(registry ? {} : dependencies()) }))
  const names = registry ? [name, ...BESIDE] : BESIDE
  const env = { npm_config_registry: registry ?? process.env.npm_config_registry }
  const options = [...(omit ? ['--omit=optional'] : []), '--no-audit', '--no-fund']
  await npm(['install', ...options, ...names], { cwd: folder, env })
}

/**
 * The tarballs as dependencies. All platforms are there, each as an optional one: npm must choose the right one, as it does
 * with those of a registry.
 */
function dependencies() {
  const folder = join(root, 'npm', 'tarballs')
  const end = `-${version}.tgz`
  const tarballs = readdirSync(folder).filter((file) => file.endsWith(end))
  const entries = tarballs.map((file) => [file.slice(0, -end.length), `file:${join(folder, file)}`])
  const isPlatform = (/** @type {string[]} */ [packageName]) => packageName !== name
  return {
    dependencies: Object.fromEntries(entries.filter((entry) => !isPlatform(entry))),
    optionalDependencies: Object.fromEntries(entries.filter(isPlatform)),
  }
}

/**
 * Starts the application. Resolves when it listens.
 * @param {string} folder
 * @param {string} runtime a command
 * @param {string} uri
 */
async function startApplication(folder, runtime, uri) {
  const [command = '', ...args] = runtime === process.execPath ? [runtime] : runtime.split(' ')
  const child = spawn(command, [...args, 'app.cjs'], {
    cwd: folder,
    env: { ...process.env, MONGO_URL: uri },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close').catch((error) => {
    throw new Failure(`smoke: ${command} can't be run: ${error.message}`, { cause: error })
  })
  const lines = createInterface({ input: child.stdout })
  const first = once(lines, 'line', { signal: AbortSignal.timeout(START_TIMEOUT) })
  const line = await Promise.race([
    first,
    ended.then(([code]) => Promise.reject(new Failure(`smoke: the application ended with code ${code}.`))),
  ])
  return {
    origin: `http://127.0.0.1:${line[0]}`,
    stop: async () => {
      child.kill()
      await ended
    },
  }
}

/**
 * Uses the application over HTTP, and starts it anew in between. Resolves with what it tells of itself.
 * @param {() => ReturnType<typeof startApplication>} start
 * @returns {Promise<State>}
 */
async function logIn(start) {
  let cookie = ''
  const request = async (/** @type {string} */ url, method = 'GET') => {
    const response = await fetch(url, { method, headers: { cookie } })
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
    return (await response.text()).trim()
  }
  const visit = async (/** @type {string[][]} */ ...pages) => {
    const { origin, stop } = await start()
    try {
      for (const [method, path, expected] of pages) {
        const text = await request(`${origin}${path}`, method)
        if (text !== expected) throw new Failure(`smoke: ${method} ${path} answered "${text}", not "${expected}".`)
      }
      return JSON.parse(await request(`${origin}/state`))
    } finally {
      await stop()
    }
  }
  const before = [
    ['GET', '/', 'Visits: 1'],
    ['GET', '/', 'Visits: 2'],
    ['GET', '/user', 'nobody'],
    ['POST', '/login', 'welcome'],
  ]
  await visit(...before)
  return visit(['GET', '/user', 'Ada'], ['POST', '/logout', 'bye'], ['GET', '/user', 'nobody'])
}

/**
 * The addons that the application loaded. Fails unless it is the one that was installed for this platform and the store uses
 * it, or there is none if none was installed.
 * @param {State} state
 * @param {string} folder
 * @param {boolean} none
 */
function checkAddon({ addons, warnings }, folder, none) {
  const files = addons.map((file) => relative(folder, file).replaceAll(sep, '/'))
  const expected = new RegExp(`^node_modules/${name}-[\\w-]+/${name}\\.[\\w-]+\\.node$`)
  const right = none ? files.length === 0 : files.length === 1 && expected.test(files[0] ?? '') && warnings.length === 0
  const found = files.join(', ') || 'no addon'
  if (!right) throw new Failure(`smoke: the application loaded ${found}. ${warnings.join('\n')}`)
  return found
}
