'use strict'

// What a run of `npm run soak` takes for a right answer, and what for a wrong one.

const assert = require('node:assert/strict')
const { beforeEach, test } = require('node:test')

const LATER = 10_000
/** A read long before anything expires. */
const NOW = { start: 100, end: 110 }
/** A read long after everything has expired. */
const TOO_LATE = { start: 20_000, end: 20_010 }

let expected
beforeEach(async () => {
  const { Expected } = await import('../../scripts/soak/expected.mjs')
  expected = new Expected()
})

const state = (value, expires = LATER) => ({ value, expires })

test('at first there is no session', () => {
  assert.equal(expected.finds('a', NOW), false)
  assert.equal(expected.finds(null, NOW), true)
})

test('after a write, only what was written is right', () => {
  expected.wrote(state('a'))
  expected.wrote(state('b'))
  assert.equal(expected.finds('b', NOW), true)
  assert.equal(expected.finds('a', NOW), false)
  assert.equal(expected.finds(null, NOW), false)
})

for (const found of ['a', 'b']) {
  test(`after a write without an answer, both values are right until one is read: ${found}`, () => {
    expected.wrote(state('a'))
    expected.mayHaveWritten(state('b'))
    assert.equal(expected.finds(found, NOW), true)
    assert.equal(expected.finds(found, NOW), true)
    assert.equal(expected.finds(found === 'a' ? 'b' : 'a', NOW), false)
  })
}

test('after a write without an answer, a third value and none at all are wrong', () => {
  expected.wrote(state('a'))
  expected.mayHaveWritten(state('b'))
  assert.equal(expected.finds('c', NOW), false)
  assert.equal(expected.finds(null, NOW), false)
})

test('after a removal there is no session, and after one without an answer there may be one', () => {
  expected.wrote(state('a'))
  expected.mayHaveRemoved()
  assert.equal(expected.finds('a', NOW), true)
  expected.mayHaveRemoved()
  assert.equal(expected.finds(null, NOW), true)
  assert.equal(expected.finds('a', NOW), false)
  expected.wrote(state('a'))
  expected.removed()
  assert.equal(expected.finds('a', NOW), false)
})

test('a session is there until it expires, and not any more from then on', () => {
  expected.wrote(state('a', 105))
  assert.equal(expected.finds('a', { start: 100, end: 104 }), true)
  assert.equal(expected.finds(null, { start: 100, end: 104 }), false)
  assert.equal(expected.finds('a', { start: 105, end: 110 }), false)
  assert.equal(expected.finds(null, { start: 105, end: 110 }), true)
})

test('a read that is under way when the session expires may find it or not', () => {
  for (const value of ['a', null]) {
    expected.wrote(state('a', 105))
    assert.equal(expected.finds(value, NOW), true)
  }
})

test('a session that was found to have expired does not come back', () => {
  expected.wrote(state('a', 105))
  assert.equal(expected.finds(null, NOW), true)
  assert.equal(expected.finds('a', { start: 100, end: 104 }), false)
})

test('a touch moves the expiry, and one without an answer may have moved it', () => {
  expected.wrote(state('a', 1000))
  expected.touched(LATER, 10)
  assert.equal(expected.finds(null, { start: 2000, end: 2010 }), false)
  assert.equal(expected.finds('a', { start: 2000, end: 2010 }), true)
  expected.mayHaveTouched(2 * LATER)
  assert.equal(expected.finds('a', { start: LATER + 1, end: LATER + 2 }), true)
  assert.equal(expected.finds(null, { start: LATER + 1, end: LATER + 2 }), false)
})

test('a touch of a session that may have expired by its answer may have found none', () => {
  expected.wrote(state('a', 1000))
  expected.touched(LATER, 1001)
  assert.equal(expected.finds(null, { start: 2000, end: 2010 }), true)
})

test('a touch creates no session', () => {
  expected.touched(LATER, 10)
  expected.mayHaveTouched(LATER)
  assert.equal(expected.finds(null, TOO_LATE), true)
})
