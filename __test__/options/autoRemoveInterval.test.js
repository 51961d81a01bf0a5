'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { FACTORY, MODERN, eachStyle, useStores } = require('../helpers/stores.js')
const { until } = require('../helpers/wait.js')

const server = useStores()

eachStyle(({ style }) => {
  test('autoRemoveInterval is in minutes, and may be a fraction or text', async (t) => {
    for (const autoRemoveInterval of [0.004, '0.004']) {
      const { store, collection } = server.open(t, { autoRemove: 'interval', autoRemoveInterval }, style)
      assert.equal(store.autoRemoveInterval, 0.004)
      await collection.insertOne({ session: '{}', expires: new Date(0) })
      await until('the removal', async () => (await collection.countDocuments()) === 0)
    }
  })

  test('without autoRemoveInterval, or with 0, it is ten minutes', (t) => {
    for (const autoRemoveInterval of [undefined, null, 0]) {
      const { store } = server.open(t, { autoRemove: 'interval', autoRemoveInterval }, style)
      assert.equal(store.autoRemoveInterval, 10)
    }
  })

  test('an autoRemoveInterval that is no number of minutes is refused', (t) => {
    for (const autoRemoveInterval of [NaN, -Infinity, -1, '', 'often', {}, []]) {
      assert.throws(() => server.open(t, { autoRemoveInterval }, style), {
        name: 'TypeError',
        message: /autoRemoveInterval/,
      })
    }
  })

  test('the longest autoRemoveInterval is taken', (t) => {
    assert.equal(
      server.open(t, { autoRemove: 'interval', autoRemoveInterval: 71582 }, style).store.autoRemoveInterval,
      71582,
    )
  })
})

test('an autoRemoveInterval that is too long is refused, also where it would have no effect', (t) => {
  for (const autoRemove of ['native', 'interval', 'disabled']) {
    assert.throws(() => server.open(t, { autoRemove, autoRemoveInterval: 71583 }, MODERN), {
      name: 'AssertionError',
      message: 'autoRemoveInterval is too large. options.autoRemoveInterval is in minutes but not seconds nor mills',
    })
    assert.throws(() => server.open(t, { autoRemove, autoRemoveInterval: 71583 }, FACTORY), {
      name: 'TypeError',
      message: /at most 71582 minutes/,
    })
  }
})
