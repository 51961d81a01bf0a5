// Runs the blocks of the pages for readers whose packages only a stack has, in a copy of that stack's folder.

import { join } from 'node:path'
import { describe, it } from 'node:test'
import installing from '../compatibility/stacks/harness/install.js'
import servers from '../helpers/server.js'
import { addShared, compile } from './folder.mjs'
import { allPages, nameOf, ROOT } from './pages.mjs'
import { placeOf } from './places.mjs'
import { fileNameOf, programOf } from './programs.mjs'
import { runExample } from './running.mjs'

/** Apart from the folders of the stacks' own tests, which may run at the same time. */
const CACHE = join(ROOT, '.cache', 'docs')
/** What NestJS asks for. */
const DECORATORS = { emitDecoratorMetadata: true, experimentalDecorators: true }

const server = servers.useServer()

describe('Every block of the docs for a framework runs', () => {
  for (const block of allPages().flatMap(({ blocks }) => blocks)) {
    const { stack } = placeOf(block)
    if (stack) it(`${nameOf(block)}, in the stack ${stack.row}`, () => runInStack(block, stack))
  }
})

async function runInStack(block, stack) {
  const { row, folder: source, build, platform } = stack
  const folder = await installing.install({ row, folder: source, build, platform, cache: CACHE })
  addShared(folder)
  await runExample(programOf(block), {
    folder,
    name: fileNameOf(block),
    uri: server.url(server.freshDb()),
    compile: (file) =>
      compile(file, { cwd: folder, compiler: join(folder, 'node_modules', 'typescript'), settings: DECORATORS }),
  })
}
