'use strict'

// The single export, and every name under which programs can reach it.

const assert = require('node:assert/strict')
const { describe, it } = require('node:test')
const MongoStore = require('connect-mongo-native')

describe("require('connect-mongo-native')", () => {
  it('gives a function of one argument named MongoStore', () => {
    assert.equal(typeof MongoStore, 'function')
    assert.equal(MongoStore.name, 'MongoStore')
    assert.equal(MongoStore.length, 1)
  })

  it('is its own default and MongoStore', () => {
    assert.equal(MongoStore.default, MongoStore)
    assert.equal(MongoStore.MongoStore, MongoStore)
    assert.equal(MongoStore.default.create, MongoStore.create)
  })

  it('is the same at connect-mongo-native/es5', () => {
    assert.equal(require('connect-mongo-native/es5'), MongoStore)
  })

  it('is the same to import', async () => {
    const imported = await import('connect-mongo-native')
    assert.equal(imported.default, MongoStore)
    assert.equal(imported.MongoStore, MongoStore)
    const es5 = await import('connect-mongo-native/es5')
    assert.equal(es5.default, MongoStore)
  })

  it('is what a transpiled `import MongoStore from` takes', () => {
    assert.equal(MongoStore.__esModule, true)
    // The code that TypeScript and Babel emit for a default import and for `import * as`.
    const importDefault = (module) => (module?.__esModule ? module : { default: module })
    const importStar = (module) => (module?.__esModule ? module : { ...module, default: module })
    assert.equal(importDefault(MongoStore).default, MongoStore)
    assert.equal(importStar(MongoStore).default, MongoStore)
    assert.equal(importStar(MongoStore).create, MongoStore.create)
  })

  it('gives its package.json', () => {
    assert.equal(require('connect-mongo-native/package.json').name, 'connect-mongo-native')
  })

  it('gives nothing else', () => {
    for (const inner of ['lib/store.js', 'native.js', 'lib']) {
      assert.throws(() => require(`connect-mongo-native/${inner}`), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' })
    }
  })
})
