// Runs the commands of the pages for readers, each block in a folder of its own, and installs what their package.json say. npm
// gets this package from a registry on this machine.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import packages from '../helpers/package-folder.js'
import { fileNameOf } from './programs.mjs'
import { allPages, nameOf } from './pages.mjs'
import registries from '../helpers/registry.js'

/** The parts of a package.json that name packages. */
const INSTALLED = ['dependencies', 'devDependencies', 'optionalDependencies']

const folder = packages.temporaryFolder({ after })
let registry

before(async () => {
  registry = await registries.startOwnRegistry(folder)
})
after(() => registry?.stop())

describe('Every command of the docs runs', () => {
  for (const block of allPages().flatMap(({ blocks }) => blocks)) {
    if (block.how === 'commands') it(nameOf(block), () => runCommands(block))
    if (block.how === 'json' && isInstalled(block)) it(nameOf(block), () => installManifest(block))
  }
})

/** Runs the lines of a block as a person does: one after the other, until one fails. */
async function runCommands(block) {
  const cwd = ownFolder(block, {})
  await run('sh', ['-e', '-c', block.text], cwd)
  await checkInstalled(cwd)
}

async function installManifest(block) {
  const cwd = ownFolder(block, JSON.parse(block.text))
  await run('sh', ['-e', '-c', 'npm install'], cwd)
  await checkInstalled(cwd)
}

function ownFolder(block, manifest) {
  const cwd = join(folder, fileNameOf(block))
  mkdirSync(cwd)
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ private: true, ...manifest }))
  return cwd
}

/** Whether this package works, under each name that it was installed by, with its addon. */
async function checkInstalled(cwd) {
  const { dependencies = {} } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'))
  const own = packages.manifest.name
  const names = Object.keys(dependencies).filter((name) => name === own || dependencies[name].startsWith(`npm:${own}@`))
  for (const name of names) {
    const program = `require('${name}'); console.log(Object.keys(require.cache).filter((file) => file.endsWith('.node')).join())`
    const addon = (await run(process.execPath, ['-e', program], cwd)).trim()
    assert.equal(dirname(relative(cwd, addon)), join('node_modules', packages.platformName()))
  }
}

async function run(command, args, cwd) {
  const env = { ...process.env, ...registry.env, NODE_OPTIONS: '' }
  const { stdout } = await promisify(execFile)(command, args, { cwd, env }).catch((error) => {
    throw new Error(`${error.message}\n${error.stdout}${error.stderr}`, { cause: error })
  })
  return stdout
}

function isInstalled({ text }) {
  try {
    const parsed = JSON.parse(text)
    return INSTALLED.some((part) => part in parsed)
  } catch {
    return false // blocks.test.mjs says so
  }
}
