'use strict'

// What differs from a new project: a free port, and silence. Sails needs no views, no assets and no database here.

module.exports = {
  port: 0,
  explicitHost: '127.0.0.1',
  log: { level: 'warn' },
  globals: false,
  hooks: { i18n: false, views: false, pubsub: false, grunt: false },
}
