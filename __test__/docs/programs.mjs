// Makes programs of the blocks of a page.

import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, parse } from 'node:path'
import { ROOT, read } from './pages.mjs'

/** @import { Block } from './blocks.mjs' */

/**
 * @typedef {object} Program
 * @property {string} source
 * @property {'.cjs' | '.mjs' | '.cts' | '.mts'} extension
 * @property {boolean} serves whether it listens, and is to be visited
 */

/** Programs that lack a block. */
export const CONTEXTS = '__test__/docs/contexts'
/** Where a context has the block. */
const MARK = /^[ \t]*\/\/ EXAMPLE$/m
/** The start of a statement at the top level that makes a server listen. */
const LISTEN = /^[^\s/].*\.listen\(/
/** What a program has that listens. */
const PORT = /\b3000\b/

/**
 * The program that a block belongs to. Throws if the page says something that is not there.
 * @param {Block} block
 * @returns {Program}
 */
export function programOf(block) {
  if (block.how === 'within') return withinContext(block)
  const source = sourceOf(block)
  const isModule = /^(import\s*[\w*{'"]|export\s)/m.test(source)
  return { source, extension: `.${isModule ? 'm' : 'c'}${block.language}`, serves: PORT.test(source) }
}

function sourceOf({ how, text, previous }) {
  return how === 'continues' ? continued(sourceOf(previous), text) : `${text}\n`
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
  const file = contexts().find((entry) => parse(entry).name === name)
  assert.ok(
    file,
    `there is no ${CONTEXTS}/${name}.mjs (or .js, .ts). Make it, with the line "// EXAMPLE" for the block.`,
  )
  const context = read(`${CONTEXTS}/${file}`)
  assert.match(context, MARK, `${CONTEXTS}/${file} has no line "// EXAMPLE" for the block.`)
  const extension = { '.js': '.cjs', '.mjs': '.mjs', '.ts': '.mts' }[parse(file).ext]
  return { source: context.replace(MARK, () => text), extension, serves: false } // the context visits it
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

/** The files of contexts that none of the blocks is in. */
export function unusedContexts(blocks) {
  const used = new Set(blocks.filter(({ how }) => how === 'within').map(({ argument }) => argument))
  return contexts().filter((file) => !used.has(parse(file).name))
}

/** The files of contexts; what they share is in a folder beside them. */
function contexts() {
  return readdirSync(join(ROOT, CONTEXTS), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
}
