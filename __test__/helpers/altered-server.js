'use strict'

// A server that misrepresents itself: a proxy in front of a real server changes its hello replies, and may answer commands
// itself.

const { once } = require('node:events')
const net = require('node:net')
const { documentOf, eachMessage, replyTo, withDocument } = require('./wire.js')

/** The wire version of MongoDB 4.2. */
const WIRE_VERSION = 8

/** A server that looks like MongoDB 4.2 to a client. Otherwise like `alteredServer`. */
function oldServer(t, host, options) {
  return alteredServer(t, host, (hello) => ({ ...hello, minWireVersion: 0, maxWireVersion: WIRE_VERSION }), options)
}

/** Starts an altered server for one test, and resolves with its host. Otherwise like `startAlteredServer`. */
async function alteredServer(t, host, alter, options) {
  const server = await startAlteredServer(host, { alter, ...options })
  t.after(() => server.close())
  return server.host
}

/**
 * Starts a proxy in front of `host`, e.g. "127.0.0.1:27017". Resolves with its own `host`, and `close()`.
 *
 * - `alter(hello, host)` receives each hello reply of the server, and the proxy's own host. It returns the replacement.
 * - `answer(command)` returns the reply to a command that the server is not to get.
 * - With `delay`, the proxy delays its hello by this many milliseconds and answers nothing else afterwards.
 */
async function startAlteredServer(host, { alter, answer = () => undefined, delay }) {
  const [name, port] = host.split(':')
  const sockets = new Set()
  const proxy = net.createServer({ noDelay: true }, (client) => {
    const server = net.connect({ port: Number(port), host: name, noDelay: true })
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.once('close', () => {
        sockets.delete(socket)
        client.destroy()
        server.destroy()
      })
    }
    eachMessage(client, (request) => {
      const command = documentOf(request)
      const reply = command && answer(command)
      if (reply) client.write(replyTo(request, reply))
      else server.write(request)
    })
    eachMessage(server, (reply) => {
      const isHello = reply.includes('maxWireVersion')
      const sent = isHello ? altered(reply) : reply
      if (delay === undefined) client.write(sent)
      else if (isHello) setTimeout(() => client.write(sent), delay)
    })
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const own = `127.0.0.1:${proxy.address().port}`
  return { host: own, close }

  function altered(message) {
    const hello = documentOf(message)
    if (hello === undefined) return message
    // With it, the server would push later changes of its state.
    delete hello.topologyVersion
    return withDocument(message, alter(hello, own))
  }

  function close() {
    for (const socket of sockets) socket.destroy()
    proxy.close()
  }
}

module.exports = { alteredServer, oldServer, startAlteredServer }
