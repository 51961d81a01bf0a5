'use strict'

// examples/typescript.mts, compiled strictly in a fresh folder, and run.

const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { test } = require('node:test')
const { ROOT } = require('../helpers/child.js')
const { PLACES, startExample } = require('../helpers/examples.js')
const { useServer } = require('../helpers/server.js')

const FILE = 'typescript.mts'
const STRICT = ['--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false']

const server = useServer()

/** Compiles the example in a folder. Resolves with the exit code and the errors. */
function compile(folder) {
  const compiler = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const args = [...STRICT, '--module', 'nodenext', '--target', 'es2022', '--types', 'node', path.join('examples', FILE)]
  return new Promise((resolve) => {
    execFile(process.execPath, [compiler, ...args], { cwd: folder }, (error, stdout) =>
      resolve({ code: error?.code ?? 0, stdout }),
    )
  })
}

test(`${FILE} compiles, serves typed sessions, and keeps their dates`, async (t) => {
  const folder = PLACES['in a fresh folder'](t, FILE)
  assert.deepEqual(await compile(folder), { code: 0, stdout: '' })
  const { browser } = await startExample(t, FILE.replace('.mts', '.mjs'), { folder, url: server.url(server.freshDb()) })
  assert.match((await browser.get('/')).body, /Ada, visits in this session: 1/)
  assert.match((await browser.get('/')).body, /Ada, visits in this session: 2/)
  const { body } = await browser.get('/users')
  assert.equal(body.length, 1)
  assert.equal(new Date(body[0]).toISOString(), body[0])
})

test(`${FILE} has a session whose members the compiler checks`, async (t) => {
  const folder = PLACES['in a fresh folder'](t, FILE)
  const file = path.join(folder, 'examples', FILE)
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('?? 0) + 1', "?? 0) + ' visits'"))
  const { code, stdout } = await compile(folder)
  assert.notEqual(code, 0)
  assert.match(stdout, /Type 'string' is not assignable to type 'number'/)
})

const skip = process.features.typescript ? false : 'this Node.js does not run TypeScript'
test(`${FILE} runs as it is with a Node.js that strips types`, { skip }, async (t) => {
  const { browser } = await startExample(t, FILE, { url: server.url(server.freshDb()) })
  assert.match((await browser.get('/')).body, /Ada, visits in this session: 1/)
})
