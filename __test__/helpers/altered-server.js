'use strict'

// A server that misrepresents itself: a proxy in front of a real one, which changes its hello.

const { once } = require('node:events')
const net = require('node:net')
const { BSON } = require('mongodb')

const OP_REPLY = 1
const OP_MSG = 2013
/** The bytes in front of the one document of a reply. */
const HEADERS = { [OP_REPLY]: 36, [OP_MSG]: 21 }
/** The protocol of MongoDB 4.2. */
const WIRE_VERSION = 8

/** A server of MongoDB 4.2, as far as a client can see. Otherwise as `alteredServer`. */
function oldServer(t, host, options) {
  return alteredServer(t, host, (hello) => ({ ...hello, minWireVersion: 0, maxWireVersion: WIRE_VERSION }), options)
}

/**
 * Starts the proxy before `host`, e.g. "127.0.0.1:27017", and ends it after the test. `alter` is given each hello of the
 * server, and gives what is told in its place. Resolves with the proxy's own host. With
 * `delay`, it takes so many milliseconds to tell what it is, and then answers nothing else.
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

/** A hello as it is to be; any other message as it is. */
function altered(message, alter) {
  const start = HEADERS[message.readInt32LE(12)]
  if (start === undefined || !message.includes('maxWireVersion')) return message
  const hello = BSON.deserialize(message.subarray(start), { promoteValues: false })
  // With it, later news of the server would come unasked.
  delete hello.topologyVersion
  const body = BSON.serialize(alter(hello))
  const changed = Buffer.concat([message.subarray(0, start), body])
  changed.writeInt32LE(changed.length, 0)
  return changed
}

module.exports = { alteredServer, oldServer }
