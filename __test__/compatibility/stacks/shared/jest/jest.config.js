'use strict'

module.exports = {
  testMatch: ['**/*.spec.js'],
  // Without it, jsdom resolves bson and mongodb to their files for browsers.
  testEnvironmentOptions: { customExportConditions: ['node', 'node-addons'] },
}
