'use strict'

// The checker of histories: what it must accept, what it must find, and that it agrees with a search that tries every order.

const assert = require('node:assert/strict')
const { describe, it } = require('node:test')
const { anomaliesOf } = require('./linearizable.js')
const { randomFrom } = require('./random.js')
const { isExplained, mutated, randomHistory } = require('./random-history.js')

const never = Infinity

const set = (start, end, value) => ({ kind: 'set', start, end, value })
const save = (start, end, value, result) => ({ kind: 'save', start, end, value, result })
const get = (start, end, result) => ({ kind: 'get', start, end, result })
const destroy = (start, end) => ({ kind: 'destroy', start, end })

const typesOf = (history) => anomaliesOf(history).map(({ type }) => type)

describe('a history is explained', () => {
  for (const [title, history] of [
    ['of nothing', []],
    [
      'of operations one after the other',
      [get(0, 1, null), set(2, 3, 'a'), get(4, 5, 'a'), destroy(6, 7), get(8, 9, null)],
    ],
    ['of a read beside a write, which sees the old value', [set(0, 1, 'a'), set(2, 9, 'b'), get(3, 4, 'a')]],
    ['of a read beside a write, which sees the new value', [set(0, 1, 'a'), set(2, 9, 'b'), get(3, 4, 'b')]],
    ['of writes at once, whose order reads tell', [set(0, 9, 'a'), set(0, 9, 'b'), get(1, 2, 'b'), get(3, 4, 'a')]],
    ['of operations that touch in one moment', [set(0, 1, 'a'), get(1, 2, null)]],
    ['of a save that is stored', [set(0, 1, 'a'), save(2, 3, 'b', true), get(4, 5, 'b')]],
    ['of a save that is left out', [set(0, 1, 'a'), destroy(2, 3), save(4, 5, 'b', false), get(6, 7, null)]],
    [
      'of a save beside a logout, which came first',
      [set(0, 1, 'a'), destroy(2, 9), save(2, 9, 'b', true), get(10, 11, null)],
    ],
    [
      'of a save after a logout and a new login',
      [set(0, 1, 'a'), destroy(2, 3), set(4, 5, 'c'), save(6, 7, 'b', true)],
    ],
    [
      'of a write without an answer, which is seen',
      [set(0, 1, 'a'), set(2, never, 'b'), get(3, 4, 'a'), get(8, 9, 'b')],
    ],
    ['of a write without an answer, which is never seen', [set(0, 1, 'a'), set(2, never, 'b'), get(8, 9, 'a')]],
    ['of a logout without an answer', [set(0, 1, 'a'), destroy(2, never), get(3, 4, 'a'), get(5, 6, null)]],
    ['of a read without an answer', [set(0, 1, 'a'), { kind: 'get', start: 2, end: never }, get(3, 4, 'a')]],
    [
      'of many writes without an answer',
      [...Array.from({ length: 200 }, (_, n) => set(n, never, `v${n}`)), get(300, 301, 'v7'), get(302, 303, 'v3')],
    ],
  ]) {
    it(title, () => assert.deepEqual(anomaliesOf(history), []))
  }
})

describe('it is an anomaly', () => {
  for (const [title, history, types] of [
    ['that an acknowledged write is lost', [set(0, 1, 'a'), set(2, 3, 'b'), get(4, 5, 'a')], ['outdated']],
    ['that an acknowledged login is lost', [set(0, 1, 'a'), get(2, 3, null)], ['vanished']],
    ['that a save finds no session where one is', [set(0, 1, 'a'), save(2, 3, 'b', false)], ['vanished']],
    ['that a destroyed session is found', [set(0, 1, 'a'), destroy(2, 3), get(4, 5, 'a')], ['undone']],
    ['that a save brings a session back', [set(0, 1, 'a'), destroy(2, 3), save(4, 5, 'b', true)], ['undone']],
    [
      'that a late save brings a session back, although it says that it does not',
      [set(0, 1, 'a'), destroy(2, 3), save(1.5, 5, 'b', false), get(6, 7, 'b')],
      ['undone'],
    ],
    [
      'that a read finds an older value after another one has found the newer',
      [set(0, 1, 'a'), set(2, 9, 'b'), get(3, 4, 'b'), get(5, 6, 'a')],
      ['outdated'],
    ],
    [
      'that two readers see two writes in two orders',
      [set(0, 9, 'a'), set(0, 9, 'b'), get(1, 2, 'a'), get(3, 4, 'b'), get(5, 6, 'a')],
      ['outdated'],
    ],
    ['that a value is found which nobody wrote', [set(0, 1, 'a'), get(2, 3, 'x')], ['outdated']],
    [
      'that a write without an answer takes effect twice',
      [set(0, 1, 'a'), set(2, never, 'b'), get(3, 4, 'b'), destroy(5, 6), get(7, 8, 'b')],
      ['undone'],
    ],
    ['that a value is found before it is written', [get(0, 1, 'a'), set(2, 3, 'a')], ['undone']],
  ]) {
    it(title, () => assert.deepEqual(typesOf(history), types))
  }

  it('each time anew, and the answers after it are judged by what it found', () => {
    const history = [set(0, 1, 'a'), destroy(2, 3), get(4, 5, 'a'), get(6, 7, 'a'), destroy(8, 9), get(10, 11, 'a')]
    assert.deepEqual(
      anomaliesOf(history).map(({ operation }) => operation.start),
      [4, 10],
    )
  })
})

describe('of random histories', () => {
  it('each that was made by a real session is explained', () => {
    for (let seed = 0; seed < 300; seed += 1) {
      const history = randomHistory(randomFrom(seed), { length: 200, callers: 6, unanswered: 0.05 })
      assert.deepEqual(anomaliesOf(history), [], `seed ${seed}`)
    }
  })

  it('whose answers were changed, those are explained that have an order which explains them', () => {
    const counts = { explained: 0, wrong: 0 }
    for (let seed = 0; seed < 4000; seed += 1) {
      const random = randomFrom(seed)
      const history = mutated(random, randomHistory(random, { length: 8, callers: 4, unanswered: 0.1 }))
      const expected = isExplained(history)
      assert.equal(anomaliesOf(history).length === 0, expected, `seed ${seed}: ${JSON.stringify(history)}`)
      counts[expected ? 'explained' : 'wrong'] += 1
    }
    assert.ok(counts.explained > 500 && counts.wrong > 500, JSON.stringify(counts))
  })

  it('one of 50,000 operations is explained, although eight callers overlap', () => {
    const history = randomHistory(randomFrom(1), { length: 50_000, callers: 8, unanswered: 0 })
    assert.deepEqual(anomaliesOf(history), [])
  })
})
