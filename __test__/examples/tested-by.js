'use strict'

// Which test runs which example. An example in a folder is named by the file that people start.

module.exports = {
  'behind-a-proxy.js': 'examples/behind-a-proxy.test.js',
  'cluster.js': 'examples/cluster.test.js',
  'docker/app.js': 'examples/docker.test.js',
  'ecosystem.config.js': 'examples/pm2.test.js',
  'encryption.mjs': 'examples/programs.test.js',
  'esm.mjs': 'examples/programs.test.js',
  'express-5/app.js': 'examples/programs.test.js',
  'graceful-shutdown.js': 'examples/graceful-shutdown.test.js',
  'health.mjs': 'examples/health.test.js',
  'lambda/handler.js': 'examples/lambda.test.js',
  'legacy-factory.js': 'examples/programs.test.js',
  'migrate-from-redis.mjs': 'migrating/connect-redis.test.js',
  'migrating-store.js': 'migrating/memory-store.test.js',
  'mongoose.mjs': 'examples/programs.test.js',
  'opentelemetry.mjs': 'examples/opentelemetry.test.js',
  'prometheus-alerts.yml': 'examples/prometheus.test.js',
  'prometheus.mjs': 'examples/prometheus.test.js',
  'promises.js': 'examples/programs.test.js',
  'redis-then-mongodb.mjs': 'migrating/connect-redis.test.js',
  'store-options.mjs': 'migrating/connect-redis.test.js',
  'sessions-of-a-user.mjs': 'examples/sessions-of-a-user.test.js',
  'typescript.mts': 'examples/typescript.test.js',
}
