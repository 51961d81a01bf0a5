// Makes programs of the blocks of a page, and runs them.

import assert from 'node:assert/strict'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { basename, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withDatabase } from '../../scripts/mongod.mjs'
import harness from '../compatibility/stacks/harness/program.js'
import browsers from '../helpers/browser.js'
import { ROOT, read } from './pages.mjs'

/** @import { Block } from './blocks.mjs' */

/**
 * @typedef {object} Program
 * @property {string} source
 * @property {'.cjs' | '.mjs' | '.cts' | '.mts'} extension
 * @property {boolean} serves whether it listens, and is to be visited
 */

const CONTEXTS = '__test__/docs/contexts'
/** Where a context has the block. */
const MARK = /^[ \t]*\/\/ EXAMPLE$/m
/** What stands for MongoDB in the docs. */
const MONGO_URL = /mongodb:\/\/(?:127\.0\.0\.1|localhost):27017(?:\/(\w*))?(\?)?/g
/** The start of a statement at the top level that makes a server listen. */
const LISTEN = /^[^\s/].*\.listen\(/
const LISTENS = /\b3000\b/
const PRELOAD = fileURLToPath(new URL('listening.cjs', import.meta.url))
const SECRET = 'a secret of the tests, which has more than thirty-two characters'

/**
 * The program that a block belongs to. Throws if the page says something that is not there.
 * @param {Block} block
 * @returns {Program}
 */
export function programOf(block) {
  if (block.how === 'within') return withinContext(block)
  const source = sourceOf(block)
  const isModule = /^(import\s*[\w*{'"]|export\s)/m.test(source)
  return { source, extension: `.${isModule ? 'm' : 'c'}${block.language}`, serves: LISTENS.test(source) }
}

function sourceOf(block) {
  if (block.how === 'continues') return continued(sourceOf(block.previous), block.text)
  return block.how === 'within' ? withinContext(block).source : `${block.text}\n`
}

/** A program with more of it, before it listens. A part that listens itself stands in the place of that. */
function continued(program, part) {
  const lines = program.trimEnd().split('\n')
  const start = lines.findIndex((line) => LISTEN.test(line))
  if (start < 0) return `${program}\n${part}\n`
  const isLast = (line, index) => index >= start && (index === start ? /\)$/ : /^[})]/).test(line)
  const end = lines.findIndex(isLast)
  const listening = part.split('\n').some((line) => LISTEN.test(line)) ? [] : lines.slice(start, end + 1)
  return [...lines.slice(0, start), part, ...listening, ...lines.slice(end + 1), ''].join('\n')
}

function withinContext({ argument: name, text }) {
  const file = readdirSync(join(ROOT, CONTEXTS)).find((entry) => basename(entry, extname(entry)) === name)
  assert.ok(
    file,
    `there is no ${CONTEXTS}/${name}.js (or .mjs, .ts). Make it, with the line "// EXAMPLE" for the block.`,
  )
  const context = read(`${CONTEXTS}/${file}`)
  assert.match(context, MARK, `${CONTEXTS}/${file} has no line "// EXAMPLE" for the block.`)
  const language = extname(file)
  return {
    source: context.replace(MARK, () => text),
    extension: { '.js': '.cjs', '.mjs': '.mjs', '.ts': '.mts' }[language],
    serves: false, // the context visits it
  }
}

/** The name of the file of a block's program, without its extension. */
export function fileNameOf({ page, line }) {
  return `${page.replaceAll(/\W/g, '-')}-${line}`
}

/** The names of the packages that a program loads. */
export function packagesOf({ source }) {
  const names = [...source.matchAll(/(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*(['"])([^'"]+)\1/g)]
    .map(([, , specifier]) => specifier)
    .filter((specifier) => !/^(\.|node:)/.test(specifier) && !builtinModules.includes(specifier))
    .map((specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'))
  return [...new Set(names)]
}

/**
 * Runs a program in a folder. It must count the visits of a browser if it listens, or else end by itself with code 0.
 * @param {Program} program
 * @param {object} options
 * @param {string} options.folder with the packages that it loads
 * @param {string} options.name of its file
 * @param {string} options.uri of MongoDB, with a database of its own
 * @param {(file: string) => Promise<string>} options.compile makes JavaScript of a file in TypeScript, and checks its types
 */
export async function runExample({ source, extension, serves }, { folder, name, uri, compile }) {
  const written = join(folder, name + extension)
  writeFileSync(written, localised(source, uri))
  const file = extension.endsWith('ts') ? await compile(written) : written
  const options = {
    folder,
    command: [process.execPath, '--require', PRELOAD, file],
    env: { MONGO_URL: uri, SESSION_SECRET: SECRET, NODE_ENV: 'production' },
  }
  const stderr = serves ? await visit(options, source) : await runToEnd(options)
  assert.doesNotMatch(stderr, /MongoStoreWarning/, 'the store warns of something that the page tells people to do')
}

async function runToEnd(options) {
  const { code, signal, stderr, output } = await harness.runProgram(options)
  assert.deepEqual({ code, signal }, { code: 0, signal: null }, `the program failed:\n${output}`)
  return stderr
}

/** Visits a server as a browser does. */
async function visit(options, source) {
  const program = await harness.startProgram(options)
  try {
    const browser = new browsers.Browser(program.origin)
    const [first, second] = [await browser.get('/'), await browser.get('/')]
    assert.equal(first.status, 200, `GET / answers ${first.status}:\n${first.body}\n${program.output()}`)
    assert.equal(second.status, 200, `the second GET / answers ${second.status}:\n${second.body}\n${program.output()}`)
    assert.notDeepEqual(second.body, first.body, 'GET / answers the same to a second visit: it must count the visits')
    const { code } = await program.stop()
    assert.match(program.output(), /^listening on http:\/\/localhost:3000$/m, 'it must tell where it listens')
    if (source.includes('SIGTERM')) assert.equal(code, 0, `after SIGTERM, it ends with ${code}:\n${program.output()}`)
    return program.stderr()
  } finally {
    program.kill()
  }
}

/** A source with the test's own server and database in the place of those of the docs. */
function localised(source, uri) {
  const { port, pathname } = new URL(uri)
  const own = pathname.slice(1)
  const database = (name) => (name === 'app' || !name ? own : `${own}-${name}`)
  return source
    .replace(MONGO_URL, (_, name, query) => {
      const address = withDatabase(uri, database(name))
      return query ? `${address}${address.includes('?') ? '&' : '?'}` : address
    })
    .replaceAll('27017', port)
    .replace(/\b(dbName: |db\()'(\w+)'/g, (_, before, name) => `${before}'${database(name)}'`)
}

/** Whether a context is there for each block, and a block for each context: the names of those that are not used. */
export function unusedContexts(blocks) {
  const used = new Set(blocks.filter(({ how }) => how === 'within').map(({ argument }) => argument))
  if (!existsSync(join(ROOT, CONTEXTS))) return []
  return readdirSync(join(ROOT, CONTEXTS)).filter((file) => !used.has(basename(file, extname(file))))
}
