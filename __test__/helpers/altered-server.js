'use strict'

// A server that misrepresents itself: a proxy in front of a real server changes its hello replies.

const { once } = require('node:events')
const net = require('node:net')
const { BSON } = require('mongodb')

const OP_REPLY = 1
const OP_MSG = 2013
/** The number of bytes before the single document of a reply. */
const HEADERS = { [OP_REPLY]: 36, [OP_MSG]: 21 }
/** The wire version of MongoDB 4.2. */
const WIRE_VERSION = 8

/** A server that looks like MongoDB 4.2 to a client. Otherwise like `alteredServer`. */
function oldServer(t, host, options) {
  return alteredServer(t, host, (hello) => ({ ...hello, minWireVersion: 0, maxWireVersion: WIRE_VERSION }), options)
}

/**
 * Starts a proxy in front of `host`, e.g. "127.0.0.1:27017", and stops it after the test. `alter` receives each hello
 * reply of the server and returns its replacement. Resolves with the proxy's own host. With `delay`, the proxy delays
 * its hello by this many milliseconds and answers nothing else afterwards.
 */
async function alteredServer(t, host, alter, { delay } = {}) {
  const [name, port] = host.split(':')
  const sockets = new Set()
  const proxy = net.createServer((client) => {
    const server = net.connect(Number(port), name)
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.once('close', () => {
        client.destroy()
        server.destroy()
      })
    }
    client.pipe(server)
    let rest = Buffer.alloc(0)
    server.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
        const length = rest.readInt32LE(0)
        const reply = rest.subarray(0, length)
        if (delay === undefined) client.write(altered(reply, alter))
        else if (reply.includes('maxWireVersion')) setTimeout(() => client.write(altered(reply, alter)), delay)
        rest = rest.subarray(length)
      }
    })
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    proxy.close()
  })
  return `127.0.0.1:${proxy.address().port}`
}

/** Returns the replacement of a hello, and any other message unchanged. */
function altered(message, alter) {
  const start = HEADERS[message.readInt32LE(12)]
  if (start === undefined || !message.includes('maxWireVersion')) return message
  const hello = BSON.deserialize(message.subarray(start), { promoteValues: false })
  // With it, the server would push later changes of its state.
  delete hello.topologyVersion
  const body = BSON.serialize(alter(hello))
  const changed = Buffer.concat([message.subarray(0, start), body])
  changed.writeInt32LE(changed.length, 0)
  return changed
}

module.exports = { alteredServer, oldServer }
