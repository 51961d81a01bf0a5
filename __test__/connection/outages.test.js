'use strict'

// A store that loses its servers says so at once, while its operations go on waiting for them.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { describe, it } = require('node:test')
const { STYLES } = require('../helpers/styles.js')
const { useOwnServer } = require('../helpers/server.js')
const { useTlsServer } = require('../helpers/tls.js')
const { inTime, sleep, until, within } = require('../helpers/wait.js')

const auth = { user: 'ann', password: 'hunter2' }
const server = useOwnServer({ auth })
const set = useOwnServer({ nodes: 2, name: 'rs0' }, 'startReplicaSet')
const tls = useTlsServer()
/** Longer than any test may take: an outage that is only told when operations fail is never told. */
const never = { serverSelectionTimeoutMS: 1_000_000 }
const [MODERN, FACTORY] = STYLES

/** The warnings of the connection during a test, as they come. */
function collectWarnings(t) {
  const messages = []
  const listener = ({ code, message }) => code === 'MONGO_STORE_CONNECTION' && messages.push(message)
  process.on('warning', listener)
  t.after(() => process.off('warning', listener))
  return messages
}

function open(t, url, mongoOptions = never) {
  const store = new FACTORY.Store({ [FACTORY.ofUrl]: url, mongoOptions })
  t.after(() => store.close())
  return store
}

describe('a store tells at once that', () => {
  for (const [title, url, message] of [
    ['a server is not there', () => 'mongodb://ann:hunter2@127.0.0.1:1/x', () => 'connect ECONNREFUSED 127.0.0.1:1'],
    [
      'none of two servers is there',
      () => 'mongodb://127.0.0.1:1,127.0.0.1:2/x',
      // The other one may be known later.
      () => 'connect ECONNREFUSED 127.0.0.1:',
    ],
    [
      'nobody knows the name of a server',
      () => 'mongodb://no-such-host.invalid:27017/x',
      () => 'getaddrinfo ENOTFOUND no-such-host.invalid',
    ],
    ['a server wants TLS', () => tls.server.uri, () => tls.server.host],
    ['a server has no TLS', () => `mongodb://${server.current.host}/x?tls=true`, () => server.current.host],
    ['a user is not let in', () => server.current.uri.replace('hunter2', 'hunter3'), () => 'Authentication failed.'],
  ]) {
    it(title, async (t) => {
      const warnings = collectWarnings(t)
      const store = open(t, url())
      let isAnswered = false
      const answer = store.get('sid').catch((error) => error)
      answer.then(() => (isAnswered = true))
      await within('the event', once(store, 'disconnected'))
      await until('the warning', () => warnings.length > 0)
      assert.equal(store.state, 'disconnected')
      const [, hosts] = /^mongodb:..(?:.*@)?([^/]*)/.exec(url())
      const start = `The session store has no connection to ${hosts.replace(',', ', ')}: `
      assert.ok(warnings[0].startsWith(start), warnings[0])
      assert.ok(warnings[0].slice(start.length).includes(message()), warnings[0])
      assert.doesNotMatch(warnings[0], /hunter/)
      if (title !== 'a user is not let in') assert.equal(isAnswered, false, 'operations go on waiting')
      await store.close()
      assert.equal(warnings.length, 1)
    })
  }

  it('a store of the other style has lost its server, too', async (t) => {
    const warnings = collectWarnings(t)
    const store = new MODERN.Store({ mongoUrl: 'mongodb://127.0.0.1:1/x', mongoOptions: never })
    t.after(() => store.close())
    await until('the warning', () => warnings.length > 0)
    assert.equal(store.state, undefined)
  })
})

it('each outage is told once, and its end by the event connected', async (t) => {
  const warnings = collectWarnings(t)
  // How often the driver looks by itself, so that an idle store notices soon.
  const store = open(t, server.current.uri, { ...never, heartbeatFrequencyMS: 500 })
  await within('the event connected', once(store, 'connected'))
  for (const outage of [1, 2]) {
    for (const event of ['disconnect', 'connect'])
      store.once(event, () => assert.fail(`express-session acts on ${event}`))
    const disconnected = once(store, 'disconnected')
    const connected = once(store, 'connected')
    await server.current.kill()
    const busy = outage === 2 ? Promise.all([store.set('sid', { cookie: {} }), store.length()]) : undefined
    await within('the event disconnected', disconnected)
    await until('the warning', () => warnings.length === outage)
    assert.ok(warnings.at(-1).includes(server.current.host), warnings.at(-1))
    await server.current.restart()
    await within('the event connected', connected)
    assert.equal(store.state, 'connected')
    await within('the operations that waited', busy)
  }
  await store.length()
  assert.equal(warnings.length, 2)
})

it('a connection that breaks is no outage', async (t) => {
  const { startProxy } = require('../helpers/proxy.js')
  const proxy = await startProxy(server.current.port)
  t.after(() => proxy.close())
  const warnings = collectWarnings(t)
  const url = server.current.uri.replace(server.current.host, proxy.host)
  const store = open(t, url, never)
  await within('the event connected', once(store, 'connected'))
  // A server that is not there again within a second would be an outage.
  await inTime(900, async () => {
    await until('the server', () => store.state === 'connected')
    warnings.length = 0
    const { accepted, swallowed } = proxy
    proxy.swallow()
    const answer = store.length()
    await until('lost data', () => proxy.swallowed > swallowed)
    proxy.pass()
    await within('the answer', answer)
    await until('another connection', () => proxy.accepted > accepted)
  })
  await sleep(1500)
  assert.deepEqual([store.state, warnings], ['connected', []])
})

it('a replica set without a primary is an outage', async (t) => {
  const warnings = collectWarnings(t)
  const store = open(t, set.current.uri, { ...never, heartbeatFrequencyMS: 500 })
  await within('the event connected', once(store, 'connected'))
  const disconnected = once(store, 'disconnected')
  await set.current.members[1].kill()
  await within('the event disconnected', disconnected)
  await until('the warning', () => warnings.length > 0)
  assert.match(warnings[0], /no primary|ECONNREFUSED/)
  const connected = once(store, 'connected')
  await set.current.members[1].restart()
  await within('the event connected', connected)
})
