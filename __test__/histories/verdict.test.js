'use strict'

// What `npm run test:faults` makes of a run: its figures, and what it takes for a broken promise.

const assert = require('node:assert/strict')
const { before, test } = require('node:test')

let verdict
before(async () => {
  verdict = await import('../../scripts/faults/verdict.mjs')
})

/** Reads that take a millisecond each, one after the other. */
const reads = (count) =>
  Array.from({ length: count }, (_, n) => ({
    sid: 's',
    kind: 'get',
    start: n,
    end: n + 1,
    answeredAt: n + 1,
    result: null,
  }))

/** A read that takes this long. */
const slow = (start, ms) => ({ sid: 's', kind: 'get', start, end: start + ms, answeredAt: start + ms, result: null })

const aRun = (changes) => ({
  calls: reads(10),
  faults: [],
  outages: [],
  anomalies: [],
  lost: [],
  hiccup: 0,
  ...changes,
})
const brokenBy = (changes) => verdict.brokenPromises(verdict.figuresOf(aRun(changes)))

test('the figures are those of the calls, and outages are no stalls', () => {
  const calls = [...reads(10), slow(100, 9000), { ...slow(0, 5), result: undefined, error: 'Error: no' }]
  const run = aRun({ calls, outages: [{ from: 1000, to: 7000 }], anomalies: [{}, {}, {}], lost: [{}], hiccup: 12 })
  assert.deepEqual(verdict.figuresOf(run), {
    operations: 12,
    errors: 1,
    longest: 9000,
    outage: 6000,
    stall: 3000,
    lost: 1,
    undone: 2,
    hiccup: 12,
  })
})

test('a network that is slow is no stall, and does not count twice where it is an outage, too', () => {
  const calls = [slow(0, 9000)]
  const faults = [
    { name: 'slow', isSlow: true, from: 1000, to: 5000 },
    { name: 'kill', from: 6000, to: 7000 },
  ]
  const outages = [
    { from: 4000, to: 5000 },
    { from: 6000, to: 6500 },
  ]
  assert.equal(verdict.figuresOf(aRun({ calls, faults, outages })).stall, 4500)
})

test('a run may have any number of calls, or none', () => {
  assert.equal(verdict.figuresOf(aRun({ calls: reads(300_000) })).longest, 1)
  assert.equal(verdict.figuresOf(aRun({ calls: [] })).longest, 0)
})

test('a run without flaws breaks no promise', () => {
  assert.deepEqual(brokenBy({}), [])
})

for (const [what, changes, said] of [
  ['an error', { calls: [{ ...slow(0, 5), error: 'Error: no' }] }, '1 errors'],
  ['a stall', { calls: [slow(0, 5100)] }, 'a stall of 5100 ms while the servers took writes'],
  [
    'an answer without an acknowledged write',
    { anomalies: [{}], lost: [{}] },
    '1 answers that lack an acknowledged write',
  ],
  ['a logout that is undone', { anomalies: [{}] }, '1 answers that show an undone logout'],
]) {
  test(`${what} breaks a promise`, () => {
    assert.deepEqual(brokenBy(changes), [said])
  })
}

test('a stall that is no longer than that of the machine and five seconds is none', () => {
  assert.deepEqual(brokenBy({ calls: [slow(0, 5100)], hiccup: 200 }), [])
})
