'use strict'

// Applications of examples/ that have a package.json of their own, installed as their users do it: by npm, from their lock
// file. The package and its addon come from tarballs of the clone.

const { mkdtempSync } = require('node:fs')
const path = require('node:path')
const { after, before } = require('node:test')
const { ROOT } = require('./child.js')
const { npm } = require('./npm.js')
const { temporaryFolder } = require('./package-folder.js')

/**
 * Runs an npm command, such as `npm ci --omit=dev`, in a copy of `examples/<name>`. Resolves with the copy's folder, which is
 * removed after the test.
 * @param {{ after: (cleanUp: () => void) => void }} t
 * @param {string} name
 * @param {string} command
 * @param {{ addons?: Map<string, string> }} [options] tarballs of other platforms, by the names of their packages
 */
async function installExample(t, name, command, { addons } = {}) {
  const { copyExample, packAll } = await import('../../scripts/lib/examples.mjs')
  const folder = path.join(temporaryFolder(t), name)
  const packed = new Map([...(await packAll(mkdtempSync(`${folder}-tarballs-`))), ...(addons ?? [])])
  const own = (dependency) => packed.has(dependency) && `file:${packed.get(dependency)}`
  copyExample(path.join(ROOT, 'examples', name), folder, { own: (dependency) => own(dependency) || undefined })
  const [program, ...args] = command.split(' ')
  if (program !== 'npm') throw new Error(`not a command of npm: ${command}`)
  await npm(args, { cwd: folder, env: { npm_config_audit: 'false', npm_config_prefer_offline: 'true' } })
  return folder
}

/** For a whole test file, called at its top: `{ folder }` of an installed example when the tests run. */
function useExample(name, command) {
  const example = {}
  const cleanUps = []
  before(async () => {
    example.folder = await installExample({ after: (cleanUp) => cleanUps.push(cleanUp) }, name, command)
  })
  after(() => {
    for (const cleanUp of cleanUps) cleanUp()
  })
  return example
}

module.exports = { installExample, useExample }
