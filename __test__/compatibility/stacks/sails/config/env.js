'use strict'

// The differences from a new project: a free port and no log output. Sails needs no views, assets or database here.

module.exports = {
  port: 0,
  explicitHost: '127.0.0.1',
  log: { level: 'warn' },
  globals: false,
  hooks: { i18n: false, views: false, pubsub: false, grunt: false },
}
