'use strict'

// Sets a row's folder up as on a user's machine, in `.cache/stacks/<folder>/` or another cache. It contains the application,
// the files that rows share, the packages of the lock file, and the package under test with that of this platform, as npm
// would unpack both. If the application has a build, the folder also contains its output.

const { execFile } = require('node:child_process')
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')
const { promisify } = require('node:util')
const { ROOT } = require('../../../helpers/child.js')
const { npm, packedFiles } = require('../../../helpers/npm.js')
const { manifest, platformName, platformPackage } = require('../../../helpers/package-folder.js')
const { Unavailable } = require('./unavailable.js')

const STACKS = path.join(__dirname, '..')
const CACHE = path.join(ROOT, '.cache', 'stacks')
/** A file in a row's folder that identifies the lock file of the installed packages. */
const STAMP = '.installed'

let packed
/** Folder in a cache -> the promise of its installation. */
const installed = new Map()
let last = Promise.resolve()

/**
 * Brings the folder of a row up to date and resolves with its path. Folders are installed one after the other. `source` is
 * the folder of the application, if it is not one of the stacks.
 */
function install({
  row,
  folder = row,
  alias = manifest.name,
  build,
  platform,
  source = path.join(STACKS, folder),
  cache = CACHE,
}) {
  const target = path.join(cache, folder)
  if (!installed.has(target)) {
    const done = last.then(() => installNow({ source, target, alias, build, platform }))
    installed.set(target, done)
    last = done.catch(() => {}) // its callers see the error
  }
  return installed.get(target)
}

async function installNow({ source, target, alias, build, platform }) {
  if (platform && platform !== `${process.platform}-${process.arch}`)
    throw new Unavailable(`its packages are for ${platform}`)
  copySources(source, target)
  await installPackages(target)
  packed ??= packedFiles()
  installPackage(path.join(target, 'node_modules'), alias, await packed)
  if (build) await runBuild(build, target)
  return target
}

/** Replaces everything except the installed packages, so that no renamed file remains. */
function copySources(source, target) {
  fs.mkdirSync(target, { recursive: true })
  removeSources(target)
  const filter = (file) => path.basename(file) !== 'node_modules'
  fs.cpSync(source, target, { recursive: true, filter })
  fs.cpSync(path.join(STACKS, 'shared'), path.join(target, 'shared'), { recursive: true })
}

/** Removes everything except installed packages, which a workspace also has in its own folder. */
function removeSources(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name)
    if (entry.name === 'node_modules' || entry.name === STAMP) continue
    if (entry.isDirectory()) removeSources(file)
    if (!entry.isDirectory() || fs.readdirSync(file).length === 0) fs.rmSync(file, { recursive: true })
  }
}

/** Runs `npm ci`, unless it already ran for the same lock file. */
async function installPackages(target) {
  const hash = createHash('sha256')
  for (const name of ['package.json', 'package-lock.json']) hash.update(fs.readFileSync(path.join(target, name)))
  const wanted = hash.digest('hex')
  const stamp = path.join(target, STAMP)
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted) return
  fs.rmSync(stamp, { force: true })
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error']
  await npm(['ci', '--ignore-scripts', '--prefer-offline', ...quiet], { cwd: target })
  fs.writeFileSync(stamp, wanted)
}

/** Makes a real copy, never a link: Node looks for the application's packages from the real path of a file. */
function installPackage(modules, alias, files) {
  const target = path.join(modules, alias)
  const platform = platformName()
  for (const folder of [target, path.join(modules, platform)]) fs.rmSync(folder, { recursive: true, force: true })
  for (const file of files) fs.cpSync(path.join(ROOT, file), path.join(target, file))
  const published = { ...manifest, optionalDependencies: { [platform]: manifest.version } }
  fs.writeFileSync(path.join(target, 'package.json'), JSON.stringify(published))
  // The addon is too large to copy for each row. A hard link has its own real path, unlike a symbolic link.
  platformPackage(modules, (folder, addon) => fs.linkSync(addon, path.join(folder, path.basename(addon))))
  for (const name of dependencies(manifest)) {
    fs.cpSync(path.join(ROOT, 'node_modules', name), path.join(target, 'node_modules', name), { recursive: true })
  }
}

/** Returns the names of a package's dependencies and of theirs, which are all in this clone's `node_modules`. */
function dependencies(of, names = new Set()) {
  for (const name of Object.keys(of.dependencies ?? {})) {
    if (names.has(name)) continue
    names.add(name)
    dependencies(require(path.join(ROOT, 'node_modules', name, 'package.json')), names)
  }
  return names
}

async function runBuild([program, ...args], cwd) {
  const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' }
  try {
    await promisify(execFile)(program, args, { cwd, env })
  } catch (error) {
    throw new Error(`${error.message}\n${error.stdout}`, { cause: error })
  }
}

module.exports = { install, STACKS }
