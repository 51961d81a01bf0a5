'use strict'

// A Redis server for a test file.

const { spawnSync } = require('node:child_process')
const { after, before } = require('node:test')
const { createClient } = require('redis')

/** Why tests with Redis can't run on this machine; false if they can. For x64 Linux, `startRedis` brings a server. */
const WITHOUT_REDIS =
  `${process.platform}-${process.arch}` !== 'linux-x64' && spawnSync('redis-server', ['--version']).error
    ? 'redis-server is not installed'
    : false

/** For a whole test file, called at its top. The returned object has `url` and a `client` when the tests run. */
function useRedis() {
  const redis = {}
  if (WITHOUT_REDIS) return redis
  let server
  before(async () => {
    const { startRedis } = await import('../../../benchmark/lib/redis.mjs')
    server = await startRedis()
    redis.url = `redis://127.0.0.1:${server.port}`
    redis.client = await createClient({ url: redis.url }).connect()
  })
  after(async () => {
    await redis.client?.close()
    await server?.stop()
  })
  return redis
}

module.exports = { WITHOUT_REDIS, useRedis }
