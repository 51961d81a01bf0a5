'use strict'

// A TCP proxy to a local server. It simulates networks that lose data, and counts connections.

const { once } = require('node:events')
const { connect, createServer } = require('node:net')

/**
 * Starts a proxy to a port of 127.0.0.1. Returns
 *
 * - `host`: its own address;
 * - `accepted`: the number of connections accepted so far;
 * - `swallow()`: drops all data from now on, but keeps connections open and accepts new ones;
 * - `pass()`: forwards new data again. Connections that lost data are closed;
 * - `drop()`: closes all connections, and goes on to accept new ones;
 * - `close()`.
 */
async function startProxy(port) {
  const pairs = new Set()
  let swallows = false
  const proxy = { accepted: 0, swallow, pass, drop, close }
  const server = createServer({ noDelay: true }, (client) => {
    proxy.accepted += 1
    const pair = { client, upstream: connect({ port, host: '127.0.0.1', noDelay: true }), lost: false }
    pairs.add(pair)
    carry(pair, client, pair.upstream)
    carry(pair, pair.upstream, client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  proxy.host = `127.0.0.1:${server.address().port}`
  return proxy

  function carry(pair, source, target) {
    source.on('data', (bytes) => {
      if (swallows) pair.lost = true
      else if (target.writable) target.write(bytes)
    })
    source.on('error', () => {})
    source.once('close', () => {
      target.destroy()
      pairs.delete(pair)
    })
  }
  function swallow() {
    swallows = true
  }
  function pass() {
    swallows = false
    for (const { client, lost } of pairs) {
      if (lost) client.destroy()
    }
  }
  function drop() {
    for (const { client, upstream } of pairs) {
      client.destroy()
      upstream.destroy()
    }
  }
  async function close() {
    const closed = once(server, 'close')
    server.close()
    drop()
    await closed
  }
}

module.exports = { startProxy }
