'use strict'

// A write whose connection broke is sent again, and the first attempt may arrive after the second was answered. A server
// recognises it by its number, but not if the second one changed nothing: it keeps no record of such writes.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const net = require('node:net')
const { describe, test } = require('node:test')
const { throughDriver } = require('../helpers/addon.js')
const { useFaultyServer } = require('../helpers/faulty-server.js')
const { within } = require('../helpers/wait.js')
const { documentOf, eachMessage } = require('../helpers/wire.js')

const until2100 = { cookie: { expires: new Date('2100-01-01') } }
const until2200 = { cookie: { expires: new Date('2200-01-01') } }

/**
 * Starts a proxy in front of `host`. It holds the first command with this name back and closes its connection, once it is
 * told to with `hold(name)`. `deliver()` gives the command to the server at last, and resolves with the reply. After
 * `delay(name)`, it only delays the first command with this name. The promise resolves when that has come, with a function that
 * lets it go on.
 */
async function startHoldingProxy(t, host) {
  const [name, port] = host.split(':')
  const sockets = new Set()
  let wanted, delayed, held
  const proxy = net.createServer({ noDelay: true }, (client) => {
    const server = net.connect({ port: Number(port), host: name, noDelay: true })
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    server.pipe(client)
    client.once('close', () => server !== held?.server && server.destroy())
    eachMessage(client, (request) => {
      const command = documentOf(request)
      if (command?.[delayed?.name] !== undefined) {
        delayed.arrived(() => server.write(request))
        delayed = undefined
        return
      }
      if (command?.[wanted] === undefined) return server.write(request)
      wanted = undefined
      held = { server, request }
      server.unpipe(client)
      client.destroy()
    })
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    proxy.close()
  })
  return {
    host: `127.0.0.1:${proxy.address().port}`,
    hold: (command) => (wanted = command),
    delay: (command) => new Promise((arrived) => (delayed = { name: command, arrived })),
    async deliver() {
      const reply = new Promise((resolve) => eachMessage(held.server, (message) => resolve(documentOf(message))))
      held.server.resume().write(held.request)
      return reply
    },
  }
}

/** The first call, whose first attempt comes late; the call after it, and what must be left of that. */
const CASES = {
  'the destroy of a session that is not there does not remove the session that was stored after it': {
    command: 'delete',
    first: (store) => store.destroy('a'),
    second: (store) => store.set('a', { cookie: {}, n: 2 }),
    left: (document) => document?.session.n,
    right: 2,
  },
  'the touch of a session that is not there does not change the date of the session that was stored after it': {
    command: 'update',
    first: (store) => assert.rejects(store.touch('a', until2100)),
    second: (store) => store.set('a', { ...until2200, n: 2 }),
    left: (document) => document?.expires.getUTCFullYear(),
    right: 2200,
  },
  'the save of a session that was destroyed does not replace the session that was stored after it': {
    command: 'update',
    async prepare(store, collection) {
      await store.set('a', { cookie: {}, n: 1 })
      const session = await store.get('a')
      await collection.deleteOne({ _id: 'a' })
      return session
    },
    first: (store, session) =>
      assert.rejects(store.set('a', Object.assign(session, { n: 1 })), { code: 'ERR_SESSION_GONE' }),
    second: (store) => store.set('a', { cookie: {}, n: 2 }),
    left: (document) => document?.session.n,
    right: 2,
  },
}

describe('when its first attempt comes late', { skip: throughDriver && 'the driver sends the second attempt' }, () => {
  const server = useFaultyServer({ members: 1 })
  for (const [statement, { command, prepare, first, second, left, right }] of Object.entries(CASES)) {
    test(statement, async (t) => {
      const proxy = await startHoldingProxy(t, server.members[0].host)
      const { store, collection } = await server.open(t, { host: proxy.host, stringify: false })
      const session = await prepare?.(store, collection)
      // The write of another session is under way meanwhile. The second call then uses the server session of that write,
      // and not the one of the first call, in which its number would end the first attempt.
      const arrival = proxy.delay('update')
      const other = store.set('b', { cookie: {} })
      const goOn = await within('the other write', arrival)
      proxy.hold(command)
      await first(store, session)
      goOn()
      await other
      await second(store)
      const reply = await proxy.deliver()
      assert.equal(left(await collection.findOne({ _id: 'a' })), right)
      assert.equal(reply.ok.valueOf(), 0)
      assert.equal(store.stats().retries > 0, true)
    })
  }
})
