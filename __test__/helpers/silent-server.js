'use strict'

// A server that accepts connections, and says nothing.

const { once } = require('node:events')
const { createServer } = require('node:net')
const { after, before } = require('node:test')

/** Call it at the top of a test file. The server that it returns has its address as `host`. */
function useSilentServer() {
  const server = { host: undefined }
  const listener = createServer(() => {})
  before(async () => {
    await once(listener.listen(0, '127.0.0.1'), 'listening')
    server.host = `127.0.0.1:${listener.address().port}`
  })
  after(() => listener.close())
  return server
}

module.exports = { useSilentServer }
