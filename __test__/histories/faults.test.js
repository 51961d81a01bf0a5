'use strict'

// The run of `npm run test:faults` in short: with one fault of each kind, the history of each session can be explained. The
// same run finds what goes wrong with a store that brings destroyed sessions back.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const SEED = 1
const SHORT = { seed: SEED, callers: 16, longest: 3000, pause: 500 }

/** Runs a subject of the run. */
async function underFaults(t, key, options) {
  const [{ runUnderFaults }, { SUBJECTS }, { figuresOf }] = await Promise.all(
    ['run', 'subjects', 'verdict'].map((name) => import(`../../scripts/faults/${name}.mjs`)),
  )
  const subject = SUBJECTS.find((candidate) => candidate.key === key)
  const result = await runUnderFaults(subject, { ...SHORT, ...options, tell: (message) => t.diagnostic(message) })
  return { ...result, figures: figuresOf(result) }
}

test('callers see no error, and the history of each session can be explained, whatever fails', async (t) => {
  const { faults, calls, anomalies } = await underFaults(t, 'ours', { ms: 0, rounds: 1 })
  assert.equal(new Set(faults.map(({ name }) => name)).size, 5)
  assert.deepEqual(
    calls.flatMap(({ error }) => error ?? []),
    [],
  )
  assert.deepEqual(anomalies, [])
  for (const kind of ['set', 'save', 'get', 'destroy']) assert.ok(calls.some((call) => call.kind === kind))
  assert.ok(calls.some(({ kind, result }) => kind === 'save' && result === false))
})

test('connect-mongo 6 undoes logouts, even when nothing fails', async (t) => {
  const { figures } = await underFaults(t, 'theirs', { ms: 3000, rounds: 0 })
  assert.equal(figures.errors, 0)
  assert.equal(figures.lost, 0)
  assert.ok(figures.undone > 0)
})
