'use strict'

// Every example is run by a test, says what it shows and how to run it, and stands in the list.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { describe, test } = require('node:test')
const { EXAMPLES, header } = require('../helpers/examples.js')
const TESTED_BY = require('./tested-by.js')

const TESTS = path.join(__dirname, '..')
const read = (...parts) => fs.readFileSync(path.join(...parts), 'utf8')
const list = read(EXAMPLES, 'README.md')

test('every file or folder in examples/ has a test', () => {
  const there = fs.readdirSync(EXAMPLES).filter((name) => name !== 'README.md' && name !== 'node_modules')
  const tested = new Set(Object.keys(TESTED_BY).map((file) => file.split('/')[0]))
  assert.deepEqual([...tested].sort(), there.sort(), 'name the test in __test__/examples/tested-by.js')
})

for (const [file, by] of Object.entries(TESTED_BY)) {
  describe(file, () => {
    test(`is named in ${by}`, () => {
      assert.ok(read(TESTS, by).includes(file.replace(/\/.*/, '')))
    })

    test('says in its first lines what it shows and how to run it', () => {
      const text = header(file)
      assert.match(text, /^[A-Z`]/, 'it begins with a sentence in a comment')
      if (!file.endsWith('.yml')) assert.match(text, /^ +\S/m, 'it has commands, or a line of code')
      for (const [, started] of text.matchAll(/\bnode (?:--\S+ \S+ )?examples\/(\S+)/g)) {
        assert.ok(fs.existsSync(path.join(EXAMPLES, started)), `there is no ${started}`)
      }
    })

    test('stands in examples/README.md', () => {
      const target = file.replace(/\/.*/, '/')
      assert.ok(list.includes(`](${file})`) || list.includes(`](${target})`), `there is no link to ${file}`)
    })
  })
}
