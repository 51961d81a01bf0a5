'use strict'

// The run of `npm run soak` in short: too short to tell whether memory grows, but not whether anything is left behind.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const SHORT = { seed: 1, ms: 20_000, count: 36, longest: 3000, pause: 500 }

test('stores answer rightly while servers fail, and leave nothing behind when they are closed', {
  skip: process.platform === 'linux' ? false : 'only Linux tells what a process holds',
}, async (t) => {
  const [{ soak }, { figuresOf, flawsOf }] = await Promise.all(
    ['run', 'verdict'].map((name) => import(`../../scripts/soak/${name}.mjs`)),
  )
  const figures = figuresOf(await soak({ ...SHORT, tell: (message) => t.diagnostic(message) }))
  assert.deepEqual(figures.messages, [])
  assert.deepEqual(flawsOf(figures), [])
  assert.ok(figures.faults > 0)
  assert.ok(figures.stores >= SHORT.count)
  assert.ok(figures.refused > 0, 'bad sessions are refused')
})
