// A browser that visits, and asks by a socket how often it was there.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { io as connect } from 'socket.io-client'

const listening = once(process, 'port')

// EXAMPLE

const [port] = await listening
const origin = `http://127.0.0.1:${port}`
const first = await fetch(origin)
const cookie = first.headers.get('set-cookie').split(';')[0]
assert.equal(await first.text(), 'Visits: 1\n')

const socket = connect(origin, { extraHeaders: { cookie }, reconnection: false })
assert.equal(await socket.emitWithAck('visits'), 1)
const second = await fetch(origin, { headers: { cookie } })
assert.equal(await second.text(), 'Visits: 2\n')
assert.equal(await socket.emitWithAck('visits'), 2)
process.exit()
