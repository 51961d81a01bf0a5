// What is found of programs that do not do what the docs promise: each one here has one fault.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import servers from '../helpers/server.js'
import { compile, docsFolder } from './folder.mjs'
import { programOf } from './programs.mjs'
import { runExample } from './running.mjs'
import { find } from './wrong-pages.mjs'

describe('A program that does not work is told', { concurrency: true }, () => {
  const server = servers.useServer()
  const folder = docsFolder()
  const SERVER = [
    "import { createServer } from 'node:http'",
    "import MongoStore from 'connect-mongo-native'",
    'let count = 0',
  ]
  const listen = (answer) =>
    `createServer((req, res) => { ${answer} }).listen(3000, () => console.log('listening on http://localhost:3000'))`
  let number = 0

  /** Runs the program of a page's last block. */
  function run(...lines) {
    const program = programOf(find(...lines).blocks.at(-1))
    number += 1
    const compiled = (file) => compile(file, { cwd: folder })
    return runExample(program, {
      folder,
      name: `wrong-${number}`,
      uri: server.url(server.freshDb()),
      compile: compiled,
    })
  }

  it('but not one that works', () => run("'''js", ...SERVER, listen('res.end(String(count++))'), "'''"))

  it('if it throws', () => assert.rejects(run("'''js", 'nothing()', "'''"), /nothing is not defined/))

  it('if its end has another code', () => assert.rejects(run("'''js", 'process.exitCode = 3', "'''"), /code: 3/))

  it('if the part that continues it throws', () =>
    assert.rejects(run("'''js", 'let a', "'''", '<!-- example: continues -->', "'''js", 'a.b()', "'''"), /reading 'b'/))

  it('if its types are wrong', () =>
    assert.rejects(
      run("'''ts", "import MongoStore from 'connect-mongo-native'", 'MongoStore.create({ ttl: [] })', "'''"),
      /TypeScript says:\n.*not assignable/,
    ))

  it('if it listens but counts nothing', () =>
    assert.rejects(run("'''js", ...SERVER, listen("res.end('hello')"), "'''"), /it must count the visits/))

  it('if it answers with an error', () =>
    assert.rejects(
      run("'''js", ...SERVER, listen('res.statusCode = 500; res.end(String(count++))'), "'''"),
      /GET \/ answers 500/,
    ))

  it('if it does not tell where it listens', () =>
    assert.rejects(
      run("'''js", ...SERVER, 'createServer((req, res) => res.end(String(count++))).listen(3000)', "'''"),
      /it must tell where/,
    ))

  it('if it ends badly when it is told to end', () => {
    const handler = "process.once('SIGTERM', () => process.exit(4))"
    const continued = ["'''", '<!-- example: continues -->', "'''js", handler, "'''"]
    return assert.rejects(
      run("'''js", ...SERVER, listen('res.end(String(count++))'), ...continued),
      /after SIGTERM, it ends with 4/,
    )
  })

  it('if the store warns', () => {
    const wrong = "MongoStore.create({ mongoUrl: 'mongodb://127.0.0.1:27017/app', tttl: 5 }).close()"
    return assert.rejects(run("'''js", ...SERVER, wrong, "'''"), /the store warns/)
  })
})
