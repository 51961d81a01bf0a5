'use strict'

// Which test runs which example. An example in a folder is named by the file that people start.

module.exports = {
  'encryption.mjs': 'examples/programs.test.js',
  'esm.mjs': 'examples/programs.test.js',
  'express-5/app.js': 'examples/programs.test.js',
  'health.mjs': 'examples/health.test.js',
  'legacy-factory.js': 'examples/programs.test.js',
  'mongoose.mjs': 'examples/programs.test.js',
  'opentelemetry.mjs': 'examples/opentelemetry.test.js',
  'prometheus-alerts.yml': 'examples/prometheus.test.js',
  'prometheus.mjs': 'examples/prometheus.test.js',
  'promises.js': 'examples/programs.test.js',
  'sessions-of-a-user.mjs': 'examples/sessions-of-a-user.test.js',
  'typescript.mts': 'examples/typescript.test.js',
}
