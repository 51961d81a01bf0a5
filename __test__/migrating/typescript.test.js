'use strict'

// Applications in TypeScript compile with this package as they do with the connect-mongo that they were written for.

const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { describe, it } = require('node:test')
const { ROOT } = require('../helpers/child.js')
const { temporaryFolder } = require('../helpers/package-folder.js')

/** The programs, and the releases of connect-mongo that they are written for. */
const PROGRAMS = {
  'factory.ts': [3],
  'factory-require.ts': [3],
  'class.ts': [4, 5, 6],
  'named.ts': [6],
}

/** Compiles a program with a package in the place of connect-mongo, and resolves with what the compiler says. */
function compile(t, { file, types }) {
  const config = path.join(temporaryFolder(t), 'tsconfig.json')
  fs.writeFileSync(
    config,
    JSON.stringify({
      compilerOptions: {
        strict: true,
        noEmit: true,
        module: 'commonjs',
        moduleResolution: 'bundler',
        target: 'es2022',
        skipLibCheck: true, // connect-mongo 3 and 4 have types for the drivers of their time
        types: ['node'],
        typeRoots: [path.join(ROOT, 'node_modules', '@types')],
        paths: { 'connect-mongo': [types] },
      },
      files: [path.join(__dirname, 'typescript', file)],
    }),
  )
  const tsc = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  return new Promise((resolve) => {
    execFile(process.execPath, [tsc, '-p', config], (_error, stdout, stderr) => resolve(stdout + stderr))
  })
}

for (const [file, releases] of Object.entries(PROGRAMS)) {
  describe(`typescript/${file}`, () => {
    for (const release of releases) {
      it(`compiles with connect-mongo ${release}`, async (t) => {
        assert.equal(await compile(t, { file, types: path.join(ROOT, 'node_modules', `connect-mongo-${release}`) }), '')
      })
    }
    it('compiles with this package', async (t) => {
      assert.equal(await compile(t, { file, types: path.join(ROOT, 'index.d.ts') }), '')
    })
  })
}
