'use strict'

// A TCP proxy to a local server. It simulates networks that lose or delay data, and counts connections.

const { once } = require('node:events')
const { connect, createServer } = require('node:net')

/**
 * Starts a proxy to a port of 127.0.0.1. `originOf` tells from bytes that a client sends who it is, as far as they show it.
 * Returns
 *
 * - `host`: its own address;
 * - `accepted`: the number of connections accepted so far;
 * - `swallowed`: the number of times that data was dropped;
 * - `swallow(concerns)`: drops data from now on, but keeps connections open and accepts new ones. `concerns` gets the origin of
 *   a connection, and returns whether its data is dropped; by default, all data is;
 * - `pass()`: forwards new data again. Connections that lost data are closed;
 * - `slow(ms)`: delays all data from now on, in each direction; 0 ends that;
 * - `drop()`: closes all connections, and goes on to accept new ones;
 * - `close()`.
 */
async function startProxy(port, { originOf = () => undefined } = {}) {
  const pairs = new Set()
  let isLost = () => false
  let delay = 0
  const proxy = { accepted: 0, swallowed: 0, swallow, pass, slow, drop, close }
  const server = createServer({ noDelay: true }, (client) => {
    proxy.accepted += 1
    const pair = {
      client,
      upstream: connect({ port, host: '127.0.0.1', noDelay: true }),
      lost: false,
      origin: undefined,
    }
    pairs.add(pair)
    client.on('data', (bytes) => {
      pair.origin = originOf(bytes) ?? pair.origin
    })
    carry(pair, client, pair.upstream)
    carry(pair, pair.upstream, client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  proxy.host = `127.0.0.1:${server.address().port}`
  return proxy

  function carry(pair, source, target) {
    const waiting = []
    const forward = () => {
      const bytes = waiting.shift()
      if (target.writable) target.write(bytes)
    }
    source.on('data', (bytes) => {
      if (isLost(pair.origin)) {
        pair.lost = true
        proxy.swallowed += 1
        return
      }
      waiting.push(bytes)
      // Whichever timer comes first, the oldest bytes go first.
      if (delay > 0 || waiting.length > 1) setTimeout(forward, delay)
      else forward()
    })
    source.on('error', () => {})
    source.once('close', () => {
      target.destroy()
      pairs.delete(pair)
    })
  }
  function swallow(concerns = () => true) {
    isLost = concerns
  }
  function pass() {
    isLost = () => false
    for (const { client, lost } of pairs) {
      if (lost) client.destroy()
    }
  }
  function slow(ms) {
    delay = ms
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
