// A browser that visits, and asks by a socket how often it was there.

import assert from 'node:assert/strict'
import { io as connect } from 'socket.io-client'
import { cookie, origin, request } from './shared/visitor.mjs'

// EXAMPLE

assert.equal(await request('/'), '200 Visits: 1')
const socket = connect(await origin(), { extraHeaders: { cookie }, reconnection: false })
assert.equal(await socket.emitWithAck('visits'), 1)
assert.equal(await request('/'), '200 Visits: 2')
assert.equal(await socket.emitWithAck('visits'), 2)
process.exit()
