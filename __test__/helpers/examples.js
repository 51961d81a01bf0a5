'use strict'

// Runs the examples as processes: from the clone, or from a fresh folder with the published files of the package and what
// the first lines of the example tell people to install.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { runProgram, startProgram } = require('../compatibility/stacks/harness/program.js')
const { Browser } = require('./browser.js')
const { ROOT } = require('./child.js')
const { linkInto, manifest, packageFolder } = require('./package-folder.js')

const EXAMPLES = path.join(ROOT, 'examples')

/** The comment at the beginning of an example, or of a configuration. */
function header(file) {
  const text = fs.readFileSync(path.join(EXAMPLES, file), 'utf8')
  const [, comment = ''] = /^(?:'use strict'\n\n)?((?:(?:\/\/|#).*\n)+)/.exec(text) ?? []
  return comment.replace(/^(?:\/\/|#) ?/gm, '')
}

/** The packages that an example tells people to install. */
function packagesOf(file) {
  return [...header(file).matchAll(/^ *npm install (?:--save-dev )?(.*)$/gm)].flatMap(([, names]) => names.split(' '))
}

/** The places where examples run, by name. Each gives a folder that has the files under `examples/`. */
const PLACES = {
  'from a clone': () => ROOT,
  'in a fresh folder': (t, ...files) => freshFolder(t, files, linkInto),
  'in a fresh folder without the addon': (t, ...files) => freshFolder(t, files, () => {}),
}

function freshFolder(t, files, place) {
  const packages = new Set(files.flatMap(packagesOf))
  packages.delete(manifest.name)
  const folder = packageFolder(t, [...packages], place)
  for (const file of files) {
    const [top] = file.split('/')
    fs.cpSync(path.join(EXAMPLES, top), path.join(folder, 'examples', top), { recursive: true })
  }
  return folder
}

/** What an example needs to be run: `url` is that of its MongoDB. */
function commandOf(file, { folder = ROOT, url, args = [], env }) {
  return {
    folder,
    command: [process.execPath, ...args, path.join('examples', file)],
    env: { MONGO_URL: url, PORT: '0', ...env },
  }
}

/** Runs an example to its end. Resolves with what it prints. */
async function runExample(file, options) {
  const { code, signal, stderr, output } = await runProgram(commandOf(file, options))
  assert.deepEqual({ code, signal }, { code: 0, signal: null }, stderr)
  return output
}

/** Starts an example that serves HTTP, until the end of the test. Resolves with its `origin`, `stderr()` and a `browser`. */
async function startExample(t, file, options) {
  const program = await startProgram(commandOf(file, options))
  t.after(() => program.stop())
  return { ...program, browser: new Browser(program.origin) }
}

module.exports = { EXAMPLES, PLACES, header, packagesOf, runExample, startExample }
