// Finds the fenced blocks of a page, and the invisible line above each that says how it is run:
//
//   <!-- example: continues -->    it belongs to the program of the block before it
//   <!-- example: in FILE -->      its lines are in this file, which another test runs
//   <!-- example: within NAME -->  contexts/NAME makes a program of it
//   <!-- example: run by FILE -->  this test or script runs its lines
//   <!-- example: output -->       it is only read
//
// Without that line, JavaScript and TypeScript are complete programs, `sh` has commands, and `json` is parsed.

import { toString as textOf } from 'mdast-util-to-string'
import { visit } from 'unist-util-visit'
import { parseMarkdown } from '../../scripts/lib/markdown.mjs'

/**
 * @typedef {object} Block
 * @property {string} page
 * @property {number} line that of the fence
 * @property {string} heading the one above it
 * @property {string} language
 * @property {string} text
 * @property {'program' | 'commands' | 'json' | Directive} how it is run
 * @property {string} argument of the directive, else empty
 * @property {Block} [previous] the block before it, for one that continues
 */

/** @typedef {'continues' | 'in' | 'within' | 'run by' | 'output'} Directive */

/** How a block of a language is run without a directive. The others need one. */
const BY_LANGUAGE = { js: 'program', ts: 'program', sh: 'commands', json: 'json' }
const LANGUAGES = [...Object.keys(BY_LANGUAGE), 'dockerfile', 'ini', 'jsx', 'text', 'yaml']

/** Whether each directive has an argument, and the languages that it is for: all of them if it names none. */
const DIRECTIVES = {
  continues: { languages: ['js', 'ts'] },
  in: { argument: true },
  within: { argument: true, languages: ['js', 'ts'] },
  'run by': { argument: true },
  output: {},
}
const DIRECTIVE = /^<!-- example: (continues|output|(in|within|run by) (\S+)) -->$/
const HOW_TO = `Write one of: ${Object.entries(DIRECTIVES)
  .map(([name, { argument }]) => `<!-- example: ${name}${argument ? ' …' : ''} -->`)
  .join(', ')}.`

/**
 * The blocks of a page, and what is wrong with them: each with the line and what to do.
 * @param {string} page its path
 * @param {string} text
 * @returns {{ blocks: Block[], problems: { line: number, message: string }[] }}
 */
export function findBlocks(page, text) {
  const blocks = []
  const problems = []
  let heading = page
  visit(parseMarkdown(text), (node, index, parent) => {
    const line = node.position?.start.line
    const problem = (message) => {
      problems.push({ line, message }) // and returns nothing: `visit` would go on elsewhere
    }
    if (node.type === 'heading') heading = textOf(node)
    if (node.type === 'html' && /^<!--\s*example\b/.test(node.value) && parent.children[index + 1]?.type !== 'code') {
      problem('no block follows this line. Put it right above the fence, or remove it.')
    }
    if (node.type !== 'code') return
    const comment = parent.children[index - 1]
    const directive = comment?.type === 'html' && comment.value.startsWith('<!--') ? comment.value : undefined
    const previous = blocks.at(-1)
    const { block, message } = blockOf(node, directive, text)
    if (message) return problem(message)
    if (block.how === 'continues') {
      if (!['program', 'continues'].includes(previous?.how)) return problem('no program is above it to be continued.')
      if (previous.language !== block.language) return problem(`it continues a block of ${previous.language}.`)
      block.previous = previous
    }
    blocks.push({ page, line, heading, ...block })
  })
  return { blocks, problems }
}

/** The part of a block that its own text decides, or what is wrong with it. */
function blockOf({ lang, meta, value, position }, directive, page) {
  const wrong = (message) => ({ message })
  const source = page.slice(position.start.offset, position.end.offset)
  const [fence] = /^(`{3,}|~{3,})/.exec(source) ?? []
  if (!fence) return wrong('an indented block. Put it between fences, with a language.')
  if (!isClosed(source, fence)) return wrong('the fence is never closed.')
  if (!lang) return wrong(`a block without a language. Write one after the fence: ${LANGUAGES.join(', ')}.`)
  if (!LANGUAGES.includes(lang)) return wrong(`"${lang}" is no language here. Use one of: ${LANGUAGES.join(', ')}.`)
  if (meta) return wrong(`"${meta}" has no meaning after the language.`)
  if (value.trim() === '') return wrong('the block is empty.')

  if (directive === undefined) {
    const how = BY_LANGUAGE[lang]
    if (!how) return wrong(`nothing can run a block of ${lang} by itself. ${HOW_TO}`)
    return { block: { language: lang, text: value, how, argument: '' } }
  }
  const found = DIRECTIVE.exec(directive)
  if (!found) return wrong(`"${directive}" says nothing about the block below it. ${HOW_TO}`)
  const how = found[2] ?? found[1]
  const { languages = LANGUAGES } = DIRECTIVES[how]
  if (!languages.includes(lang)) return wrong(`"${how}" is for ${languages.join(' and ')}, not for ${lang}.`)
  return { block: { language: lang, text: value, how, argument: found[3] ?? '' } }
}

/** Whether the last line of a block is a fence, too. In a list it is indented. */
function isClosed(source, fence) {
  return source.split('\n').slice(1).at(-1)?.trim().startsWith(fence)
}
