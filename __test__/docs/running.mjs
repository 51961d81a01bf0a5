// Runs programs of the docs, as a reader would: from their folder, with MongoDB and a secret.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withDatabase } from '../../scripts/mongod.mjs'
import harness from '../compatibility/stacks/harness/program.js'
import browsers from '../helpers/browser.js'

/** @import { Program } from './programs.mjs' */

/** What stands for MongoDB in the docs. */
const MONGO_URL = /mongodb:\/\/(?:127\.0\.0\.1|localhost):27017(?:\/(\w*))?(\?)?/g
const PRELOAD = fileURLToPath(new URL('listening.cjs', import.meta.url))
/** The variables by which programs get their secrets. */
const SECRETS = /\bprocess\.env\.(SESSION_\w+)/g

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
    env: { ...secretsOf(source), MONGO_URL: uri, NODE_ENV: 'production' },
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

/** A secret for each variable that a program reads: of 32 bytes, and with every kind of character that kruptein asks for. */
function secretsOf(source) {
  const names = [...source.matchAll(SECRETS)].map(([, name]) => name)
  return Object.fromEntries(names.map((name) => [name, `aA1!${randomBytes(32).toString('base64')}`]))
}

/** A source with the test's own server and database in the place of those of the docs, and with time limits for slow machines. */
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
    .replace(/\b(timeoutMS|serverSelectionTimeoutMS): \d+/g, '$1: 60000')
    .replace(/\b(dbName: |db\()'(?!admin\b)(\w+)'/g, (_, before, name) => `${before}'${database(name)}'`)
}
