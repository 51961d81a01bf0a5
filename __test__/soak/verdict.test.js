'use strict'

// What `npm run soak` makes of a run: its figures, and what it takes for a flaw.

const assert = require('node:assert/strict')
const { before, test } = require('node:test')

const MB = 1e6
const SECOND = 1000
const MINUTE = 60 * SECOND
const REST = { rss: 100 * MB, heap: 30 * MB, fds: 26, sockets: 4, threads: 12, handles: 2, stores: 0 }
/** With open stores that nobody calls. */
const IDLE = { rss: 110 * MB, heap: 32 * MB, fds: 60, sockets: 38, threads: 12, handles: 16 }
const BUSY = { rss: 120 * MB, heap: 35 * MB, fds: 80, sockets: 58, threads: 13, handles: 20 }
const SEEN = { operations: 1000, refused: 10, errors: 0, wrong: 0, stores: 500, messages: { errors: [], wrong: [] } }

let verdict
before(async () => {
  verdict = await import('../../scripts/soak/verdict.mjs')
})

/** A run without flaws. */
function aRun() {
  const phase = () => ({
    ...SEEN,
    faults: [],
    samples: samples(),
    idle: IDLE,
    rest: REST,
    connections: { left: 0, all: 24 },
  })
  return { warmUp: phase(), measured: phase() }
}

/** Samples of six minutes, which deviate from `of` by chance that is always the same. */
function samples(of = () => ({}), ms = 6 * MINUTE) {
  return Array.from({ length: ms / (5 * SECOND) }, (_, index) => {
    const at = index * 5 * SECOND
    const noise = ((index * 7) % 11) - 5
    return { at, ...BUSY, rss: BUSY.rss + noise * MB, sockets: BUSY.sockets + 4 * noise, ...of(at / MINUTE) }
  })
}

const flawsOf = (run) => verdict.flawsOf(verdict.figuresOf(run))

test('a run in which nothing grows has no flaw', () => {
  assert.deepEqual(flawsOf(aRun()), [])
})

test('the figures tell the growth per minute, whatever single samples say', () => {
  const run = aRun()
  run.measured.samples = samples((minutes) => ({ rss: (120 + 3 * minutes) * MB, heap: (35 - minutes) * MB }))
  const { growth, rss, minutes } = verdict.figuresOf(run)
  assert.equal(growth.rss.toFixed(6), '3.000000')
  assert.equal(growth.heap.toFixed(6), '-1.000000')
  assert.ok(rss.first >= 120 && rss.first < 122 && rss.last > 133, JSON.stringify(rss))
  assert.ok(minutes > 5.9 && minutes < 6)
})

for (const [what, grown, flaw] of [
  [
    'resident memory',
    (minutes) => ({ rss: (120 + 1.1 * minutes) * MB }),
    'resident memory grows by 1.10 MB per minute',
  ],
  ['the heap', (minutes) => ({ heap: (35 + 1.1 * minutes) * MB }), 'the JavaScript heap grows by 1.10 MB per minute'],
]) {
  test(`growth of ${what} is a flaw, but not of a run that is too short to judge it`, () => {
    const run = aRun()
    run.measured.samples = samples(grown)
    assert.deepEqual(flawsOf(run), [flaw])
    run.measured.samples = samples(grown, 4 * MINUTE)
    assert.deepEqual(flawsOf(run), [])
  })
}

for (const [name, varying] of Object.entries({ fds: 18, sockets: 18, threads: 0, handles: 36 })) {
  for (const [level, usual, hasAddon, allowed, when] of [
    ['idle', IDLE, true, 0, 'while the stores are idle'],
    ['idle', IDLE, false, varying, 'while the stores are idle'],
    ['rest', REST, true, 0, 'at rest'],
    ['rest', REST, false, 0, 'at rest'],
  ]) {
    test(`whatever has come on top ${hasAddon ? 'with' : 'without'} the addon is a flaw: ${name} ${when}`, () => {
      const run = aRun()
      const more = allowed + 1
      Object.assign(run.measured, { hasAddon, [level]: { ...usual, [name]: usual[name] + more } })
      assert.deepEqual(flawsOf(run), [`${more} ${name} more ${when}`])
      for (const change of [allowed, -1]) {
        run.measured[level] = { ...usual, [name]: usual[name] + change }
        assert.deepEqual(flawsOf(run), [])
      }
    })
  }
}

test('connections and stores that outlive their end are a flaw', () => {
  const run = aRun()
  run.measured.rest = { ...REST, stores: 2 }
  run.measured.connections = { left: 3, all: 55 }
  assert.deepEqual(flawsOf(run), [
    '3 connections of stores that were closed',
    '31 connections more at the servers',
    '2 closed stores still in memory',
  ])
})

for (const phase of ['warmUp', 'measured']) {
  test(`errors and wrong answers are flaws, also of the warm-up: ${phase}`, () => {
    const run = aRun()
    Object.assign(run[phase], { errors: 2, wrong: 1, messages: { errors: ['one', 'other'], wrong: ['third'] } })
    assert.deepEqual(flawsOf(run), ['2 errors', '1 wrong answers'])
    assert.deepEqual(verdict.figuresOf(run).messages, ['one', 'other', 'third'])
  })
}
