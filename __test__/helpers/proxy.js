'use strict'

// A TCP proxy to a server on this machine, for networks that lose what is sent, and for counting connections.

const { once } = require('node:events')
const { connect, createServer } = require('node:net')

/**
 * Starts a proxy to a port of 127.0.0.1. Gives
 *
 * - `host`: where it listens;
 * - `accepted`: how many connections it has accepted so far;
 * - `swallow()`: from now on nothing passes, though connections stay open and new ones are accepted;
 * - `pass()`: what comes from now on passes again. Connections that have lost something are closed;
 * - `close()`.
 */
async function startProxy(port) {
  const pairs = new Set()
  let swallows = false
  const proxy = { accepted: 0, swallow, pass, close }
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
  async function close() {
    const closed = once(server, 'close')
    server.close()
    for (const { client, upstream } of pairs) {
      client.destroy()
      upstream.destroy()
    }
    await closed
  }
}

module.exports = { startProxy }
