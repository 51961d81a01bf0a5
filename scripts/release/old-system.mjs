// Whether the addon runs on an old Linux: Debian 11 (glibc 2.31) with Node 18, the oldest that the package supports, in a
// chroot. `node scripts/release/old-system.mjs [FILE]` takes the addon of the root folder, unless it is given another file.
// Needs root and debootstrap.

import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { installDebian } from '../lib/debian.mjs'
import { npm, pack } from '../lib/npm.mjs'
import { root, run } from '../lib/process.mjs'
import { Failure, runAsProgram } from '../lib/program.mjs'
import { startServer, withDatabase } from '../mongod.mjs'
import { checkAddon } from './check-addon.mjs'

const DEBIAN = 'bullseye'
const NODE = '18.20.8'

await runAsProgram(import.meta.url, async () => {
  const platform = `linux-${process.arch}-gnu`
  const [addon = join(root, `connect-mongo-native.${platform}.node`)] = process.argv.slice(2)
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Failure('old-system: only root on Linux can chroot.')
  checkAddon(addon)

  const system = await installDebian(DEBIAN)
  const folder = mkdtempSync(join(system, 'tmp', 'app-'))
  const server = await startServer()
  try {
    await installApplication(folder, addon, platform)
    const inside = join('/', relative(system, folder))
    const node = join(inside, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node')
    const url = `MONGO_URL=${withDatabase(server.uri, 'old-system')}`
    // Without the environment of this system, which names files that are not there.
    const code = await run('chroot', [system, '/usr/bin/env', '-i', url, node, join(inside, 'app.mjs')])
    if (code !== 0)
      throw new Failure(`old-system: the addon does not work on Debian ${DEBIAN}. The output above says why.`)
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})

/**
 * Installs the package as it is packed, with the addon in the package of its platform, and Node.
 * @param {string} folder
 * @param {string} addon
 * @param {string} platform
 */
async function installApplication(folder, addon, platform) {
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const { tarball } = await pack(root, folder)
  const [native, file] = [`${name}-${platform}`, `${name}.${platform}.node`]
  mkdirSync(join(folder, native))
  copyFileSync(addon, join(folder, native, file))
  writeFileSync(join(folder, native, 'package.json'), JSON.stringify({ name: native, version, main: file }))
  const dependencies = {
    [name]: `file:${tarball}`,
    [native]: `file:${native}`,
    'express-session': '*',
    [`node-linux-${process.arch}`]: NODE,
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }))
  copyFileSync(join(import.meta.dirname, 'old-system', 'app.mjs'), join(folder, 'app.mjs'))
  // Links would lead out of the chroot; the scripts of `node-linux-…` are not needed.
  await npm(['install', '--install-links', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder })
}
