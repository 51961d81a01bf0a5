// A release without consequences, on this machine: packs a copy of this checkout with the addon that lies in it, publishes to
// a registry on 127.0.0.1, installs from there into an empty folder, and runs the README's application.
//
// Two things are only to be decided for a real release, and get stand-ins in the copy: the owner of the repository, and the
// date of the version in the CHANGELOG.

import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, run } from '../lib/process.mjs'
import { Failure, runAsProgram } from '../lib/program.mjs'
import { platformsOf, readManifest } from './packages.mjs'
import { startRegistry } from './registry.mjs'

/** The owner of the repository in the copy. */
const OWNER = 'dry-run'

await runAsProgram(import.meta.url, async () => {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'dry-run-'))
  const manifest = readManifest()
  const copy = join(folder, 'checkout')
  try {
    copyCheckout(copy)
    if (!readFileSync(join(root, 'CHANGELOG.md'), 'utf8').includes(`\n## [${manifest.version}] - `)) {
      await step(copy, 'version.mjs', manifest.version)
    }
    commit(copy)
    await step(copy, 'pack.mjs', '--built-only')

    const registry = await startRegistry({ own: `${manifest.name}*`, folder })
    try {
      // npm publishes nothing without a token. This registry takes any.
      process.env[`npm_config_${registry.url.replace('http:', '')}:_authToken`] = OWNER
      const publish = () => step(copy, 'publish.mjs', '--no-provenance', '--registry', registry.url)
      await publish()
      await publish() // finds everything there
      await step(copy, 'smoke.mjs', '--registry', registry.url)
      await step(copy, 'smoke.mjs', '--registry', registry.url, '--omit-optional')
    } finally {
      await registry.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }
  console.log('dry-run: the release works')
})

/**
 * Runs a script of the copy.
 * @param {string} copy
 * @param {string} script
 * @param {string[]} args
 */
async function step(copy, script, ...args) {
  console.log(`dry-run: ${[script, ...args].join(' ')}`)
  const code = await run(process.execPath, [join(copy, 'scripts', 'release', script), ...args])
  if (code !== 0) throw new Failure(`dry-run: ${script} failed. Its output above says why.`)
}

/**
 * Copies the files of the checkout that git knows or would add, and what was built.
 * @param {string} copy
 */
function copyCheckout(copy) {
  const known = git(root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard').split('\0').filter(Boolean)
  const built = ['native.js', ...platformsOf(readManifest()).map(({ addon }) => addon)]
  mkdirSync(copy)
  for (const file of [...known, ...built].filter((name) => existsSync(join(root, name)))) {
    cpSync(join(root, file), join(copy, file), { recursive: true })
  }
  for (const shared of ['node_modules', '.cache']) symlinkSync(join(root, shared), join(copy, shared), 'junction')

  const file = join(copy, 'package.json')
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('github.com/OWNER/', `github.com/${OWNER}/`))
}

/**
 * Makes the copy a repository of its own, in which everything is committed.
 * @param {string} copy
 */
function commit(copy) {
  git(copy, 'init', '--quiet')
  git(copy, 'add', '--all')
  git(
    copy,
    '-c',
    `user.name=${OWNER}`,
    '-c',
    `user.email=${OWNER}@localhost`,
    'commit',
    '--quiet',
    '--message',
    'A release',
  )
}

/**
 * @param {string} cwd
 * @param {string[]} args
 */
function git(cwd, ...args) {
  return execFileSync('git', args, { cwd, encoding: 'utf8' })
}
