'use strict'

const LONG = 60_000 // ms

module.exports = {
  testMatch: ['**/*.spec.js'],
  // Without it, jsdom resolves bson and mongodb to their files for browsers.
  testEnvironmentOptions: { customExportConditions: ['node', 'node-addons'] },
  // A slow machine is no failure. What keeps a process alive still does so after a minute.
  testTimeout: LONG,
  openHandlesTimeout: LONG / 2,
  workerGracefulExitTimeout: LONG / 2, // since Jest 30
}
