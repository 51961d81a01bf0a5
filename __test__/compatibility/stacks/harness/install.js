'use strict'

// A row's folder as it would be on a user's machine: `.cache/stacks/<folder>/` with the application, what several rows
// share, the packages of its lock file, a copy of the package under test as npm would unpack it, and what the
// application's own build makes of all that.

const { execFile } = require('node:child_process')
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')
const { promisify } = require('node:util')
const { ROOT } = require('../../../helpers/child.js')
const { npm, packedFiles } = require('../../../helpers/npm.js')
const { addonFile, manifest } = require('../../../helpers/package-folder.js')
const { Unavailable } = require('./unavailable.js')

const STACKS = path.join(__dirname, '..')
const CACHE = path.join(ROOT, '.cache', 'stacks')
/** In a row's folder: which lock file the packages there are of. */
const STAMP = '.installed'

let packed
/** Folder -> the promise of its being installed. */
const installed = new Map()
let last = Promise.resolve()

/** Brings the folder of a row up to date, one after the other, and resolves with its path. */
function install({ row, folder = row, alias = manifest.name, build, platform }) {
  if (!installed.has(folder)) {
    const done = last.then(() => installNow({ folder, alias, build, platform }))
    installed.set(folder, done)
    last = done.catch(() => {}) // those who wait for it are told
  }
  return installed.get(folder)
}

async function installNow({ folder, alias, build, platform }) {
  if (platform && platform !== `${process.platform}-${process.arch}`)
    throw new Unavailable(`its packages are for ${platform}`)
  const source = path.join(STACKS, folder)
  const target = path.join(CACHE, folder)
  copySources(source, target)
  await installPackages(target)
  packed ??= packedFiles()
  installPackage(path.join(target, 'node_modules', alias), await packed)
  if (build) await runBuild(build, target)
  return target
}

/** Everything but what was installed there is made anew: a file that was renamed must not stay. */
function copySources(source, target) {
  fs.mkdirSync(target, { recursive: true })
  for (const name of fs.readdirSync(target)) {
    if (name !== 'node_modules' && name !== STAMP) fs.rmSync(path.join(target, name), { recursive: true })
  }
  const filter = (file) => path.basename(file) !== 'node_modules'
  fs.cpSync(source, target, { recursive: true, filter })
  fs.cpSync(path.join(STACKS, 'shared'), path.join(target, 'shared'), { recursive: true })
}

/** `npm ci`, unless that was done for the same lock file. */
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

/** A real copy, never a link: Node looks for the application's packages from where the files really are. */
function installPackage(target, files) {
  fs.rmSync(target, { recursive: true, force: true })
  for (const file of files) fs.cpSync(path.join(ROOT, file), path.join(target, file))
  // The platform's package, which is too large to be copied for each row. Another name of the same file is no link to it.
  fs.linkSync(path.join(ROOT, addonFile()), path.join(target, addonFile()))
  for (const name of Object.keys(manifest.dependencies)) {
    fs.cpSync(path.join(ROOT, 'node_modules', name), path.join(target, 'node_modules', name), { recursive: true })
  }
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
