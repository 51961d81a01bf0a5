'use strict'

// Paths into the package. Applications that reach into connect-mongo find the same kind of thing here.

const assert = require('node:assert/strict')
const { describe, it } = require('node:test')
const session = require('express-session')
const { manifest } = require('../helpers/package-folder.js')

/** Files of each generation from which applications load the store. */
const PATHS = {
  1: [
    '',
    '/index',
    '/index.js',
    '/es5',
    '/es5.js',
    '/src',
    '/src/index',
    '/src/index.js',
    '/src-es5',
    '/src-es5/index.js',
  ],
  3: ['', '/index', '/index.js', '/src', '/src/index', '/src/index.js'],
  4: [
    '',
    '/build/main',
    '/build/main/index',
    '/build/main/index.js',
    '/build/main/lib/MongoStore',
    '/build/main/lib/MongoStore.js',
  ],
  5: [
    '',
    '/build/main',
    '/build/main/index',
    '/build/main/index.js',
    '/build/main/lib/MongoStore',
    '/build/main/lib/MongoStore.js',
  ],
  6: [''],
}

/** The ways to a store that a module offers: by a factory, by a class, and by the class as a property. */
function ways(module) {
  const isClass = (value) => typeof value?.create === 'function'
  return {
    factory: typeof module === 'function' && !isClass(module) && typeof module(session) === 'function',
    class: isClass(module),
    default: isClass(module.default),
    MongoStore: isClass(module.MongoStore),
  }
}

/** What ours offers: one value for all ways. The factory is called without `new`. */
function ourWays(module) {
  return { ...ways(module), factory: typeof module(session) === 'function' }
}

function assertOffers(ours, genuine) {
  assert(Object.values(genuine).includes(true), 'the genuine path leads to no store')
  for (const [way, isThere] of Object.entries(genuine)) if (isThere) assert(ours[way], `there is no ${way}`)
}

for (const [generation, paths] of Object.entries(PATHS)) {
  describe(`Instead of connect-mongo ${generation}`, () => {
    for (const path of paths) {
      it(`require('connect-mongo${path}') gives a store in the same way`, () => {
        assertOffers(ourWays(require(`${manifest.name}${path}`)), ways(require(`connect-mongo-${generation}${path}`)))
      })
    }

    for (const path of paths.filter((name) => name === '' || name.endsWith('.js'))) {
      it(`import 'connect-mongo${path}' gives a store in the same way`, async () => {
        const genuine = await import(`connect-mongo-${generation}${path}`)
        const ours = await import(`${manifest.name}${path}`)
        assertOffers(ourWays(ours.default), ways(genuine.default))
        assert.equal(ours.default, require(manifest.name))
      })
    }

    it('package.json can be read', () => {
      assert.equal(require(`connect-mongo-${generation}/package.json`).name, 'connect-mongo')
      assert.equal(require(`${manifest.name}/package.json`).name, manifest.name)
    })
  })
}

describe('Every path', () => {
  for (const key of Object.keys(manifest.exports).filter((name) => name !== './package.json')) {
    it(`${key} gives the one store, by require and by import`, async () => {
      const specifier = `${manifest.name}${key.slice(1)}`
      const store = require(manifest.name)
      assert.equal(require(specifier), store)
      assert.equal((await import(specifier)).default, store)
    })
  }

  it('else is refused, as with connect-mongo 6', () => {
    for (const name of ['connect-mongo-6', manifest.name]) {
      assert.throws(() => require(`${name}/lib/store.js`), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' })
    }
  })
})
