'use strict'

// Logs in over HTTP and is the same user on a socket, where it reads and changes the session. After a logout over HTTP,
// the socket has no user.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { io } = require('socket.io-client')

module.exports = async function sockets({ origin, browser, sessions }) {
  const ann = browser()
  const {
    body: { id },
  } = await ann.post('/login?user=ann')
  for (const transports of [['polling'], ['websocket']]) {
    const socket = await connect(origin, ann, transports)
    try {
      assert.deepEqual(await socket.emitWithAck('me'), { id, user: 'ann' })
      const before = (await ann.post('/count')).body.count
      assert.deepEqual(await socket.emitWithAck('count'), { count: before + 1 })
      assert.deepEqual((await ann.post('/count')).body, { id, count: before + 2 })
      const { session } = await sessions.findOne({ _id: id })
      assert.equal(JSON.parse(session).count, before + 2)
    } finally {
      socket.close()
    }
  }
  const left = await connect(origin, ann, ['websocket'])
  await ann.post('/logout')
  assert.equal((await left.emitWithAck('me')).user, null)
  left.close()

  const nobody = await connect(origin, browser(), ['websocket'])
  assert.equal((await nobody.emitWithAck('me')).user, null)
  nobody.close()
}

async function connect(origin, browser, transports) {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const socket = io(origin, { transports, extraHeaders: { cookie }, reconnection: false, forceNew: true })
  await Promise.race([once(socket, 'connect'), once(socket, 'connect_error').then(([error]) => Promise.reject(error))])
  return socket
}
