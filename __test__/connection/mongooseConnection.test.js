'use strict'

// Connections of mongoose itself are tested where mongoose is installed; here is what is refused.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { eachStyle, make } = require('../helpers/stores.js')

eachStyle(({ style }) => {
  test('a mongooseConnection that is no connection of mongoose is refused', () => {
    for (const option of ['mongooseConnection', 'mongoose_connection']) {
      for (const none of [
        {},
        [],
        { readyState: 1 },
        { readyState: 0 },
        { once: true },
        'mongodb://127.0.0.1',
        5,
        true,
      ]) {
        assert.throws(() => make(style, { [option]: none }), TypeError)
      }
    }
  })
})
