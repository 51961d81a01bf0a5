'use strict'

// The blocks of docs/migrating.md, so that the tests run what the page says and not a copy of it.

const fs = require('node:fs')
const path = require('node:path')
const { ROOT } = require('../../helpers/child.js')

const PAGE = fs.readFileSync(path.join(ROOT, 'docs', 'migrating.md'), 'utf8')

/** What stands for the application's own things in a program of the page, and what a test puts there. */
const REPLACED = [
  [/'mongodb:\/\/127\.0\.0\.1:27017\/app'/g, 'process.env.MONGO_URL'],
  [/'redis:\/\/127\.0\.0\.1:6379'/g, 'process.env.REDIS_URL'],
]

/** How every application of the page and of examples/ that is run here starts to listen. */
const LISTENING = /^app\.listen\(.*\)\n/m

/** What a test puts there. A store without a `close` has its connection as `client`, or has none. */
const SERVING = `addRoutes(app)
serve(createServer(app), { store: { close: () => (store.close ? store.close() : store.client?.close()) } })
`

/** The blocks of a language in a chapter, in their order. */
function blocks(chapter, language) {
  const [, rest] = PAGE.split(new RegExp(`^#+ ${chapter.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\n`, 'm'))
  if (rest === undefined) throw new Error(`docs/migrating.md has no chapter "${chapter}"`)
  const [chapterText] = rest.split(/^## /m)
  return [...chapterText.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm'))].map(([, text]) => text)
}

/** The only block of a language in a chapter that contains a text. */
function block(chapter, language, text) {
  const found = blocks(chapter, language).filter((candidate) => candidate.includes(text))
  if (found.length !== 1) throw new Error(`Chapter "${chapter}" has ${found.length} blocks with ${text}`)
  return found[0]
}

/** A program of the page that finds its servers in the environment. */
function program(chapter, text) {
  return REPLACED.reduce((source, [from, to]) => source.replace(from, to), block(chapter, 'js', text))
}

/** An application of the page, made ready as by `ready`. */
function application(chapter, text) {
  return ready(program(chapter, text))
}

/**
 * An application that has pages to log in and out, and listens on a free port: `{ file, source }`, for a folder
 * made by `install`.
 */
function ready(source) {
  if (!LISTENING.test(source)) throw new Error('The application does not listen as the others do')
  const isModule = /^import /m.test(source)
  const start = isModule
    ? `import { createServer } from 'node:http'
import addRoutes from './shared/express-routes.js'
import { serve } from './shared/serve.js'`
    : `const { createServer } = require('node:http')
const addRoutes = require('./shared/express-routes.js')
const { serve } = require('./shared/serve.js')`
  return {
    file: isModule ? 'app.mjs' : 'app.cjs',
    source: `${start}\n${source.replace(LISTENING, SERVING)}`,
  }
}

module.exports = { application, block, program, ready }
