'use strict'

// Connections that can't work: each operation fails in time, and its error names the host and the reason.

const assert = require('node:assert/strict')
const { describe, it } = require('node:test')
const { MongoClient } = require('mongodb')
const MongoStore = require('connect-mongo-native')
const { useSilentServer } = require('../helpers/silent-server.js')
const { useTlsServer } = require('../helpers/tls.js')
const { useOwnServer } = require('../helpers/server.js')
const { until, within } = require('../helpers/wait.js')

const auth = { user: 'ann', password: 'hunter2' }
const plain = useOwnServer({ auth })
const silent = useSilentServer()
const set = useOwnServer({ auth, name: 'rs0', nodes: 1 }, 'startReplicaSet')
const tls = useTlsServer()

/**
 * The errors of three consecutive operations. None of them quotes the password. With `expected`, they come after the first one whose
 * message matches it: a slow machine may not know a reason in the time that operations have.
 */
async function errorsOf(t, mongoUrl, mongoOptions, expected) {
  const store = MongoStore.create({ mongoUrl, mongoOptions })
  t.after(() => store.close())
  if (expected) await until('the reason', () => store.get('sid').catch(({ message }) => expected.test(message)))
  const errors = []
  for (const start of [() => store.get('sid'), () => store.set('sid', { cookie: {} }), () => store.length()]) {
    const error = await within('an answer', start()).then(
      () => assert.fail('it connected'),
      (reason) => reason,
    )
    assert.ok(error instanceof Error)
    assert.doesNotMatch(`${error.stack}${JSON.stringify(error)}`, /hunter/)
    errors.push(error)
  }
  return errors
}

describe('a server that cannot be used', () => {
  const soon = { serverSelectionTimeoutMS: 300 }

  for (const [title, url, message] of [
    ['is not there', () => 'mongodb://127.0.0.1:1/x', () => /^connect ECONNREFUSED 127.0.0.1:1$/],
    [
      'is none of two',
      () => 'mongodb://127.0.0.1:1,127.0.0.1:2/x',
      () => /^connect ECONNREFUSED 127.0.0.1:1; connect ECONNREFUSED 127.0.0.1:2$/,
    ],
    [
      'says nothing',
      () => `mongodb://${silent.host}/x`,
      () =>
        new RegExp(`^(No server (that .* )?was found within 300 ms among ${silent.host}|${silent.host}: timed out)$`),
    ],
    [
      'has a name that nobody knows',
      () => 'mongodb://no-such-host.invalid/x',
      () => /^getaddrinfo ENOTFOUND no-such-host.invalid$/,
    ],
    [
      'is of another replica set',
      () => `${set.current.uri}`.replace('rs0', 'other'),
      () => new RegExp(`${set.current.members[0].host} is not a member of the replica set "other"`),
    ],
    [
      'is of no replica set',
      () => `${plain.current.uri}&replicaSet=rs0`,
      () => new RegExp(`${plain.current.host} is not a member of the replica set "rs0"`),
    ],
    [
      'has no TLS',
      () => `${plain.current.uri}&tls=true`,
      () => new RegExp(`${plain.current.host}: .*it may not use TLS`),
    ],
    ['wants TLS', () => tls.server.uri, () => new RegExp(`${tls.server.host}: .*it may require TLS: try tls=true`)],
  ]) {
    it(title, async (t) => {
      for (const error of await errorsOf(t, url(), soon, message())) {
        assert.equal(error.name, 'MongoServerSelectionError')
        assert.match(error.message, message())
      }
    })
  }
})

describe('a user who is not let in', () => {
  /** Longer than any test may take: waiting for a server, or for the next heartbeat, fails the test. */
  const never = { serverSelectionTimeoutMS: 1_000_000, heartbeatFrequencyMS: 1_000_000 }

  it('gets the error of the mongodb package at once, each time', async (t) => {
    for (const uri of [plain.current.uri, set.current.uri]) {
      const mongoUrl = uri.replace('hunter2', 'hunter3')
      const client = new MongoClient(mongoUrl)
      const theirs = await client
        .db()
        .command({ ping: 1 })
        .catch((error) => error)
      await client.close()
      assert.equal(theirs.code, 18)
      for (const { name, message, code, codeName } of await errorsOf(t, mongoUrl, never)) {
        assert.deepEqual(
          { name, message, code, codeName },
          { name: theirs.name, message: theirs.message, code: theirs.code, codeName: theirs.codeName },
        )
      }
    }
  })

  it('is let in once the server knows the password', async (t) => {
    const store = MongoStore.create({
      mongoUrl: plain.current.uri.replace('ann:hunter2', 'bob:hunter2'),
      mongoOptions: { heartbeatFrequencyMS: 500 },
    })
    t.after(() => store.close())
    await assert.rejects(store.get('sid'), { code: 18 })
    const client = new MongoClient(plain.current.uri)
    t.after(() => client.close())
    await client.db('admin').command({ createUser: 'bob', pwd: 'hunter2', roles: ['root'] })
    await until('the user to be let in', () =>
      store.length().then(
        () => true,
        () => false,
      ),
    )
  })

  it('has the right password, however it is written', async (t) => {
    const password = 'p@ss:w/ö?rd#%25[]&='
    const client = new MongoClient(plain.current.uri)
    t.after(() => client.close())
    await client.db('admin').command({ createUser: 'e@ve', pwd: password, roles: ['root'] })
    for (const mechanism of ['SCRAM-SHA-1', 'SCRAM-SHA-256', 'DEFAULT', undefined]) {
      const query = `authSource=admin${mechanism ? `&authMechanism=${mechanism}` : ''}`
      const places = [
        {
          mongoUrl: `mongodb://${encodeURIComponent('e@ve')}:${encodeURIComponent(password)}@${plain.current.host}/x?${query}`,
        },
        {
          mongoUrl: `mongodb://${plain.current.host}/x?${query}`,
          mongoOptions: { auth: { username: 'e@ve', password } },
        },
        {
          mongoUrl: `mongodb://nobody:none@${plain.current.host}/x?${query}`,
          mongoOptions: { user: 'e@ve', pass: password },
        },
      ]
      for (const options of places) {
        const store = MongoStore.create(options)
        t.after(() => store.close())
        assert.equal(await store.length(), 0)
      }
    }
  })
})
