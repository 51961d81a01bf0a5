'use strict'

// What an addon must be like to be published, with small libraries in its place.

const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { after, before, describe, it } = require('node:test')
const { ROOT } = require('../helpers/child.js')
const { temporaryFolder } = require('../helpers/package-folder.js')

const ENTRY = 'int napi_register_module_v1(void)'

describe('Of a Linux addon that is to be published', { skip: process.platform !== 'linux' && 'not Linux' }, () => {
  const folder = temporaryFolder({ after })
  let problemsOf
  before(async () => {
    ;({ problemsOf } = await import('../../scripts/release/check-addon.mjs'))
    // A C library with a function of each version: what the one of this machine has differs from machine to machine.
    fs.writeFileSync(
      path.join(folder, 'versions'),
      'GLIBC_2.4 { old; }; GLIBC_2.17 { allowed; }; GLIBC_2.34 { recent; }; GLIBC_2.35 { later; };',
    )
    library('libc.so.6', 'void old(void) {} void allowed(void) {} void recent(void) {} void later(void) {}', [
      `-Wl,--version-script=${path.join(folder, 'versions')},-soname,libc.so.6`,
    ])
    library('libother.so.3', 'void other(void) {}', ['-Wl,-soname,libother.so.3'])
  })

  /** Compiles a library. */
  function library(name, source, options = []) {
    fs.writeFileSync(path.join(folder, 'source.c'), source)
    const output = path.join(folder, name)
    execFileSync('cc', ['-shared', '-fPIC', '-nostdlib', '-o', output, path.join(folder, 'source.c'), ...options])
    return output
  }

  /** What is said of an addon whose one function has this body. */
  function problems(body, { entry = ENTRY, options = ['-s'], libraries = ['libc.so.6'] } = {}) {
    const functions = 'void old(void), allowed(void), recent(void), later(void), other(void);'
    const files = libraries.map((name) => path.join(folder, name))
    return problemsOf(
      fs.readFileSync(library('addon.node', `${functions} ${entry} { ${body} }`, [...files, ...options])),
    )
  }

  it('nothing is said when it is as it must be', () => {
    assert.deepEqual(problems('old(); allowed(); return 0;'), [])
  })

  it('it is said that it needs a newer glibc than 2.17', () => {
    for (const order of ['old(); recent(); later();', 'later(); recent(); old();']) {
      assert.deepEqual(problems(`${order} return 0;`), [
        'It needs GLIBC_2.34, GLIBC_2.35; the newest allowed is GLIBC_2.17.',
      ])
    }
  })

  it('it is said that it needs a library that not every system has', () => {
    assert.deepEqual(problems('allowed(); other(); return 0;', { libraries: ['libc.so.6', 'libother.so.3'] }), [
      'It needs libother.so.3, which not every system has.',
    ])
  })

  for (const [what, file] of [
    ['of the checkout', path.join(ROOT, 'src', 'lib.rs')],
    ['of a home folder', '/home/ada/.cargo/registry/src/slab/lib.rs'],
  ]) {
    it(`it is said that it contains a path ${what}`, () => {
      const [problem, ...others] = problems(`old(); return (long)"panicked at ${file}:1";`)
      assert.equal(problem, `It contains a path of the machine that built it: panicked at ${file}:1`)
      assert.deepEqual(others, [])
    })
  }

  it('it is said that it has symbols besides those that it exports', () => {
    assert.deepEqual(problems('old(); return 0;', { options: [] }), ['It is not stripped.'])
  })

  it('it is said that Node could not load it', () => {
    assert.deepEqual(problems('old(); return 0;', { entry: 'int another(void)' }), [
      'It does not export napi_register_module_v1.',
    ])
    assert.deepEqual(problems('old(); return 0;', { entry: `extern ${ENTRY}; int another(void)` }), [
      'It does not export napi_register_module_v1.',
    ])
  })

  it('it is said that it is too large', () => {
    const [problem, ...others] = problems('old(); return large[1];', {
      entry: `char large[9000000] = { 1 }; ${ENTRY}`,
    })
    assert.match(problem, /^It has 9\d{6} bytes, more than 9000000\.$/)
    assert.deepEqual(others, [])
  })
})

describe('Of an addon for another system', () => {
  const HEADS = { 'Mach-O': [0xcf, 0xfa, 0xed, 0xfe], PE: [0x4d, 0x5a, 0x90, 0x00] }
  for (const [format, head] of Object.entries(HEADS)) {
    it(`a path is found in ${format}`, async () => {
      const { problemsOf } = await import('../../scripts/release/check-addon.mjs')
      assert.deepEqual(problemsOf(Buffer.from(head)), [])
      const file = 'C:\\Users\\ada\\.cargo\\registry\\src\\lib.rs'
      assert.deepEqual(problemsOf(Buffer.concat([Buffer.from(head), Buffer.from(`\0${file}\0`)])), [
        `It contains a path of the machine that built it: ${file}`,
      ])
    })
  }

  it('it is said that a file is no addon', async () => {
    const { problemsOf } = await import('../../scripts/release/check-addon.mjs')
    assert.deepEqual(problemsOf(Buffer.from('<html>')), ['It is neither ELF nor Mach-O nor PE.'])
  })
})
