'use strict'

// A name server on 127.0.0.1, which Node's resolver asks instead of the system's.

const { createSocket } = require('node:dgram')
const dns = require('node:dns')
const { once } = require('node:events')
const packet = require('dns-packet')

/** Response codes of the protocol, by Node's code for them. */
const CODES = { ESERVFAIL: 2, ENOTFOUND: 3 }

/**
 * Starts a name server and stops it after the test. `answer({ type, name })` gives an array of the data of records, one of
 * the codes above, or undefined for no answer at all.
 */
async function startNameServer(t, answer) {
  const socket = createSocket('udp4')
  socket.on('message', (message, { port, address }) => {
    const { id, questions } = packet.decode(message)
    const [{ name, type }] = questions
    const given = answer({ name, type })
    if (given === undefined) return
    const answers = Array.isArray(given) ? given.map((data) => ({ name, type, ttl: 1, data })) : []
    const flags = packet.RECURSION_DESIRED | packet.RECURSION_AVAILABLE | (CODES[given] ?? 0)
    socket.send(packet.encode({ type: 'response', id, flags, questions, answers }), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const before = dns.getServers()
  dns.setServers([`127.0.0.1:${socket.address().port}`])
  t.after(() => {
    dns.setServers(before)
    socket.close()
  })
}

module.exports = { startNameServer }
