// Runs every block of the pages for readers, as it stands there, but for those that need packages to install:
// stacks.test.mjs and commands.test.mjs run these. CONTRIBUTING.md says how to write a block.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import servers from '../helpers/server.js'
import { compile, docsFolder } from './folder.mjs'
import { allPages, nameOf } from './pages.mjs'
import { placeOf } from './places.mjs'
import { fileNameOf, programOf, unusedContexts } from './programs.mjs'
import { runExample } from './running.mjs'
import { checkVerbatim } from './verbatim.mjs'

/** Programs that run at once. They mostly wait: for Node to start, for MongoDB. */
const CONCURRENCY = 6

const server = servers.useServer()
const folder = docsFolder()
const pages = allPages()

/** What is done with a block. */
const TESTS = {
  program: runHere,
  continues: runHere,
  within: runHere,
  in: (block) => checkVerbatim(block),
  'run by': (block) => checkVerbatim(block),
  json: ({ text }) => JSON.parse(text),
  commands: undefined,
  output: undefined,
}

describe('Every block of the docs runs', { concurrency: CONCURRENCY }, () => {
  for (const { page, blocks, problems } of pages) {
    for (const { line, message } of problems) it(`${page}:${line}`, () => assert.fail(message))
    for (const block of blocks) {
      const test = TESTS[block.how]
      if (test && !placeOf(block).stack) it(nameOf(block), () => test(block))
    }
  }
})

it('The contexts are of blocks', () => {
  assert.deepEqual(unusedContexts(pages.flatMap(({ blocks }) => blocks)), [])
})

it('The pages have blocks', (t) => {
  const counts = pages.filter(({ blocks }) => blocks.length > 0).map(({ page, blocks }) => `${page} ${blocks.length}`)
  t.diagnostic(`${pages.flatMap(({ blocks }) => blocks).length} blocks: ${counts.join(', ')}`)
  assert.notEqual(counts.length, 0)
})

async function runHere(block) {
  const { problem } = placeOf(block)
  assert.equal(problem, undefined, problem)
  await runExample(programOf(block), {
    folder,
    name: fileNameOf(block),
    uri: server.url(server.freshDb()),
    compile: (file) => compile(file, { cwd: folder }),
  })
}
