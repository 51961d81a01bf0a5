'use strict'

// `mongodb+srv`: the servers are looked up as the `mongodb` package does it, with the same errors, and soon.

const assert = require('node:assert/strict')
const { describe, it } = require('node:test')
const { MongoClient } = require('mongodb')
const MongoStore = require('connect-mongo-native')
const { startNameServer } = require('../helpers/name-server.js')
const { useOwnServer } = require('../helpers/server.js')
const { until, within } = require('../helpers/wait.js')

const auth = { user: 'ann', password: 'hunter2' }
const server = useOwnServer({ auth })
/** Its domain is that of 127.0.0.1, which needs no name server to be found. */
const HOST = 'cluster.0.0.1'
const record = (port = server.current.port, target = '127.0.0.1') => ({ port, target, priority: 0, weight: 0 })
const never = { serverSelectionTimeoutMS: 1_000_000 }

function open(t, mongoUrl, mongoOptions = never) {
  const store = MongoStore.create({ mongoUrl, mongoOptions })
  t.after(() => store.close())
  return store
}

/** Name, message and code of the error with which the `mongodb` package does not connect. */
async function theirError(url) {
  let client
  try {
    client = new MongoClient(url, never)
    await client.connect()
  } catch (error) {
    return seen(error)
  } finally {
    await client?.close()
  }
  return assert.fail('it connected')
}

/** What an operation fails with. */
const errorOf = (answer) =>
  within(
    'the error',
    answer.catch((reason) => reason),
  )

function seen({ name, message, code }) {
  return { name, message, code }
}

describe('a seed list', () => {
  it('gives the servers, and its TXT record the database of the users', async (t) => {
    const asked = []
    await startNameServer(t, ({ type, name }) => {
      asked.push(`${type} ${name}`)
      return type === 'SRV' ? [record()] : [['authSource=', 'admin']]
    })
    const store = open(t, `mongodb+srv://ann:hunter2@${HOST}/shop?tls=false`)
    await within('the answer', store.set('sid', { cookie: {}, user: 'Ada' }))
    assert.equal((await store.get('sid')).user, 'Ada')
    // A slow answer is asked for twice.
    assert.deepEqual([...new Set(asked)].sort(), [`SRV _mongodb._tcp.${HOST}`, `TXT ${HOST}`])
    const client = new MongoClient(server.current.uri)
    t.after(() => client.close())
    assert.equal(await client.db('shop').collection('sessions').countDocuments({ _id: 'sid' }), 1)
  })

  it('may have another service name, more servers than are wanted, and an option that comes first', async (t) => {
    const asked = []
    await startNameServer(t, ({ type, name }) => {
      asked.push(`${type} ${name}`)
      return type === 'SRV' ? [record(), record()] : [['authSource=nowhere']]
    })
    const query = 'tls=false&authSource=admin&srvServiceName=custom&srvMaxHosts=1'
    const store = open(t, `mongodb+srv://ann:hunter2@${HOST}/shop?${query}`)
    assert.equal(typeof (await within('the answer', store.length())), 'number')
    assert.ok(asked.includes(`SRV _custom._tcp.${HOST}`))
  })

  it('is looked up again once it could not be found', async (t) => {
    let isThere = false
    await startNameServer(t, ({ type }) => (type === 'SRV' && isThere ? [record()] : 'ENOTFOUND'))
    const store = open(t, `mongodb+srv://ann:hunter2@${HOST}/shop?tls=false&authSource=admin`)
    await assert.rejects(within('the error', store.length()), { code: 'ENOTFOUND' })
    isThere = true
    await until('an answer', async () => (await store.length().catch(() => undefined)) !== undefined)
    await within('the answer', store.set('sid', { cookie: {} }))
  })

  for (const [title, answer, query = ''] of [
    ['does not exist', () => 'ENOTFOUND'],
    ['has no records', () => []],
    ['can not be told by the name server', () => 'ESERVFAIL'],
    ['has servers of another domain', ({ type }) => (type === 'SRV' ? [record(1, 'db.example.com')] : 'ENOTFOUND')],
    ['has two TXT records', ({ type }) => (type === 'SRV' ? [record()] : [['authSource=a'], ['replicaSet=b']])],
    [
      'has an option in its TXT record that none may have',
      ({ type }) => (type === 'SRV' ? [record()] : [['tls=false']]),
    ],
    ['has an empty option in its TXT record', ({ type }) => (type === 'SRV' ? [record()] : [['authSource=']])],
    [
      'names a replica set, of which some members are wanted',
      ({ type }) => (type === 'SRV' ? [record()] : [['replicaSet=rs0']]),
      'srvMaxHosts=1',
    ],
    ['is to be one server', () => [], 'directConnection=true'],
  ]) {
    it(`that ${title} is refused in the words of the mongodb package`, async (t) => {
      await startNameServer(t, answer)
      const url = `mongodb+srv://ann:hunter2@${HOST}/shop?${query}`
      const theirs = await theirError(url)
      const store = open(t, url)
      for (const call of [() => store.get('sid'), () => store.set('sid', { cookie: {} })]) {
        const error = await errorOf(call())
        assert.deepEqual(seen(error), theirs)
        assert.doesNotMatch(error.stack, /hunter2/)
      }
    })
  }

  for (const [title, hosts] of [
    ['has a port', `${HOST}:27017`],
    ['is not one', `${HOST},other.0.0.1`],
  ]) {
    it(`that ${title} is refused in the words of the mongodb package`, async (t) => {
      const url = `mongodb+srv://ann:hunter2@${hosts}/shop`
      const theirs = await theirError(url)
      assert.deepEqual(seen(await errorOf(open(t, url).length())), theirs)
    })
  }

  it('that no name server tells of is not waited for beyond the deadline', async (t) => {
    await startNameServer(t, () => undefined)
    const store = open(t, `mongodb+srv://${HOST}/shop`, { timeoutMS: 200 })
    assert.deepEqual(seen(await errorOf(store.length())), {
      name: 'MongoOperationTimeoutError',
      message: 'timed out after 200 ms: no name server answered',
      code: undefined,
    })
  })

  it('that no name server tells of is refused with the code ETIMEOUT', async (t) => {
    await startNameServer(t, () => undefined)
    const url = `mongodb+srv://${HOST}/shop`
    // The package itself asks for the better part of a minute.
    const theirs = { name: 'Error', message: `querySrv ETIMEOUT _mongodb._tcp.${HOST}`, code: 'ETIMEOUT' }
    assert.deepEqual(seen(await errorOf(open(t, url).length())), theirs)
  })
})
