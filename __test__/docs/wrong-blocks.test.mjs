// What is found on pages with wrong blocks: each page here has one fault, and the message says what to do about it.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { placeOf } from './places.mjs'
import { programOf } from './programs.mjs'
import { checkVerbatim } from './verbatim.mjs'
import { find } from './wrong-pages.mjs'

const problems = (...lines) => find(...lines).problems.map(({ line, message }) => `${line}: ${message}`)

describe('A block is found', () => {
  it('with its line, heading, language and directive', () => {
    const { blocks } = find(
      '# One `two`',
      '',
      '- a list',
      '',
      "  <!-- example: within it's -->",
      "  '''js",
      '  a()',
      '',
      '  b()',
      "  '''",
    )
    assert.deepEqual(blocks, [
      {
        page: 'page.md',
        line: 6,
        heading: 'One two',
        language: 'js',
        text: 'a()\n\nb()',
        how: 'within',
        argument: "it's",
      },
    ])
  })

  it('with the block that it continues', () => {
    const { blocks, problems: none } = find("'''js", 'a()', "'''", '<!-- example: continues -->', "'''js", 'b()', "'''")
    assert.deepEqual(none, [])
    assert.equal(blocks[1].previous, blocks[0])
    assert.equal(programOf(blocks[1]).source, 'a()\n\nb()\n')
  })

  it('where a part stands before the program listens, or listens in its place', () => {
    const LISTENING = ["'''js", 'const app = make()', 'app.listen(3000, () => {', '  told()', '})', 'end()', "'''"]
    const withPart = (part) =>
      programOf(find(...LISTENING, '<!-- example: continues -->', "'''js", part, "'''").blocks[1])
    assert.equal(withPart('b()').source, 'const app = make()\nb()\napp.listen(3000, () => {\n  told()\n})\nend()\n')
    assert.equal(
      withPart('const server = app.listen(3000)').source,
      'const app = make()\nconst server = app.listen(3000)\nend()\n',
    )
  })

  it('and another comment is left alone', () => {
    assert.deepEqual(find('<!-- A table -->', '', '| a |', '|---|', '| b |'), { blocks: [], problems: [] })
  })
})

describe('A wrong block is told', () => {
  const PAGES = {
    'that is never closed': [["'''js", 'a()'], /^1: the fence is never closed/],
    'that is never closed in a list': [['- a', '', "  '''js", '  a()'], /^3: the fence is never closed/],
    'without a fence': [['# One', '', '    a()'], /^3: an indented block/],
    'without a language': [["'''", 'a()', "'''"], /^1: a block without a language\. Write one/],
    'of an unknown language': [["'''javascript", 'a()', "'''"], /^1: "javascript" is no language here\. Use one of/],
    'with words after the language': [["'''js title=a", 'a()', "'''"], /^1: "title=a" has no meaning/],
    'that is empty': [["'''js", '', "'''"], /^1: the block is empty/],
    'that nothing runs': [
      ["'''yaml", 'a: 1', "'''"],
      /^1: nothing can run a block of yaml by itself\. Write one of: <!-- example/,
    ],
    'with an unknown directive': [
      ['<!-- example: skip -->', "'''js", 'a()', "'''"],
      /^2: "<!-- example: skip -->" says nothing/,
    ],
    'with a misspelt directive': [
      ['<!-- exmaple: output -->', "'''js", 'a()', "'''"],
      /^2: "<!-- exmaple: output -->" says/,
    ],
    'with a directive that lacks its file': [
      ['<!-- example: in -->', "'''js", 'a()', "'''"],
      /^2: "<!-- example: in -->" says/,
    ],
    'with a directive for another language': [
      ['<!-- example: within a -->', "'''sh", 'ls', "'''"],
      /^2: "within" is for js and ts/,
    ],
    'with a directive that is too far away': [
      ['<!-- example: output -->', '', 'a', '', "'''js", 'a()', "'''"],
      /^1: no block follows/,
    ],
    'that continues nothing': [['<!-- example: continues -->', "'''js", 'a()', "'''"], /^2: no program is above it/],
    'that continues commands': [
      ["'''sh", 'ls', "'''", '<!-- example: continues -->', "'''js", 'a()', "'''"],
      /^5: no program/,
    ],
    'that continues another language': [
      ["'''ts", 'a()', "'''", '<!-- example: continues -->', "'''js", 'a()', "'''"],
      /^5: it continues a block of ts/,
    ],
  }
  for (const [what, [lines, message]] of Object.entries(PAGES)) {
    it(what, () => {
      const found = problems(...lines)
      assert.equal(found.length, 1, found.join('\n'))
      assert.match(found[0], message)
    })
  }

  it('whose packages nothing has', () => {
    const { blocks } = find("'''js", "import a from '@nobody/has-this/part'", "'''")
    assert.match(placeOf(blocks[0]).problem, /Not in this clone: @nobody\/has-this\./)
  })

  it('whose context is not there', () => {
    const { blocks } = find('<!-- example: within nothing -->', "'''js", 'a()', "'''")
    assert.match(placeOf(blocks[0]).problem, /there is no __test__\/docs\/contexts\/nothing\.mjs/)
  })
})

describe('A block in a file', () => {
  const block = (how, argument, text) => ({ how, argument, text })
  const files = { 'examples/a.yaml': 'a:\n  b: 1\n  c: 2\n', '__test__/a.test.js': "run('npm ci --omit=optional')\n" }
  const check = (...parts) => checkVerbatim(block(...parts), (file) => files[file])

  it('is one that has its lines', () => {
    check('in', 'examples/a.yaml', 'a:\n  b: 1')
    check('run by', '__test__/a.test.js', '# a comment\nnpm ci --omit=optional')
  })

  it('may not differ by one character', () => {
    assert.throws(() => check('in', 'examples/a.yaml', 'a:\n  b: 3'), /examples\/a\.yaml does not have these lines/)
    assert.throws(() => check('run by', '__test__/a.test.js', 'npm ci --omit=Optional'), /does not have the command/)
  })

  it('may not leave out a line', () => {
    assert.throws(() => check('in', 'examples/a.yaml', 'a:\n  c: 2'), /does not have these lines/)
  })

  it('may not have a part of a line', () => {
    assert.throws(() => check('in', 'examples/a.yaml', 'b: 1'), /does not have these lines/)
  })

  it('must be in one that is run', () => {
    assert.throws(() => check('in', 'docs/design.md', 'a'), /nothing runs it/)
    assert.throws(() => check('run by', 'README.md', 'a'), /nothing runs it/)
    assert.throws(() => checkVerbatim(block('in', 'examples/nothing.js', 'a')), /there is no examples\/nothing\.js/)
  })
})
