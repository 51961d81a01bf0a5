// Whether a file has the lines of a block, as they stand there.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, read } from './pages.mjs'

/** @import { Block } from './blocks.mjs' */

/** Where files are that a test runs. */
const TESTED = /^(examples|__test__)\//
/** What runs commands. */
const RUNS = /^(__test__|scripts|\.ci|\.github\/workflows)\//

/**
 * Fails unless the file that a block names has it.
 * @param {Block} block
 * @param {(path: string) => string} readFile
 */
export function checkVerbatim({ how, argument: file, text }, readFile = readExisting) {
  const [folders, pattern] = how === 'in' ? ['files of examples/ or __test__/', TESTED] : ['tests or scripts', RUNS]
  assert.match(file, pattern, `${file} is not among the ${folders}: nothing runs it.`)
  const lines = linesOf(readFile(file))
  const wanted = linesOf(text)
  if (how === 'in') {
    const found = lines.some((_, start) => wanted.every((line, index) => lines[start + index] === line))
    assert.ok(found, `${file} does not have these lines one after the other:\n${text}`)
    return
  }
  for (const line of wanted.filter((command) => command.trim() && !command.startsWith('#'))) {
    const found = lines.some((candidate) => candidate.includes(line.trim()))
    assert.ok(found, `${file} does not have the command "${line.trim()}".`)
  }
}

function readExisting(file) {
  assert.ok(existsSync(join(ROOT, file)), `there is no ${file}.`)
  return read(file)
}

function linesOf(text) {
  return text.split('\n').map((line) => line.trimEnd())
}
