'use strict'

// The parts of a connection as options, as in connect-mongo 0.x: host, port, username, password, db and more.

const assert = require('node:assert/strict')
const { describe, test } = require('node:test')
const { FACTORY, MODERN, aSession, fails, make } = require('../helpers/stores.js')
const { settingsOf } = require('../helpers/settings.js')
const { useOwnServer } = require('../helpers/server.js')
const { warningsOfStores } = require('../helpers/warnings.js')

const open = useOwnServer()
const closed = useOwnServer({ auth: { user: 'a@nn', password: 'p:w/%41?#' } })

/** A store in the factory's style that is closed after the test. */
function open0x(t, options) {
  const store = make(FACTORY, options)
  t.after(() => store.close())
  return store
}

/** The settings that the addon receives from a store with these options. */
function toldBy(t, options) {
  const store = open0x(t, options)
  return settingsOf(store.options.url, store.options.mongoOptions, options.password)
}

describe('a store of connect-mongo 0.x', () => {
  test('is made of host, port and the name of the database', async (t) => {
    const store = open0x(t, { host: '127.0.0.1', port: open.current.port, db: 'shop' })
    await store.set('s', aSession({ a: 1 }))
    assert.equal((await store.get('s')).a, 1)
    assert.equal((await (await store.collectionP).findOne({}))._id, 's')
    assert.equal(store.db.databaseName, 'shop')
  })

  test('logs in by username and password, whatever characters they have', async (t) => {
    const {
      port,
      auth: { user, password },
    } = closed.current
    const { MongoClient } = require('mongodb')
    const client = new MongoClient(closed.current.uri)
    t.after(() => client.close())
    // In 0.x, users authenticate against the database that holds the sessions.
    await client.db('shop').command({ createUser: user, pwd: password, roles: ['readWrite'] })
    const parts = { host: '127.0.0.1', port: String(port), db: 'shop', username: user }
    const store = open0x(t, { ...parts, password, auto_reconnect: true })
    await store.set('s', aSession({ a: 1 }))
    assert.equal((await store.get('s')).a, 1)
    const error = await fails(open0x(t, { ...parts, password: 'hunter2' }), 'get', ['s'], { code: 18 })
    assert.doesNotMatch(`${error.stack}${JSON.stringify(error)}`, /hunter2/)
  })

  test('has the defaults of 0.x: 127.0.0.1, 27017, w 1 and no TLS', (t) => {
    const { hosts, database, w, tls, user } = toldBy(t, { db: 'shop' })
    assert.deepEqual(
      { hosts, database, w, tls, user },
      { hosts: ['127.0.0.1:27017'], database: 'shop', w: '1', tls: false, user: undefined },
    )
  })

  test('takes every part', (t) => {
    const parts = {
      host: '::1',
      port: 1,
      db: 'a b',
      username: 'ann',
      password: 'p@',
      ssl: true,
      w: 'majority',
      server: { poolSize: 7 },
      autoReconnect: false,
    }
    const { hosts, user, passwordFits, authSource, tls, w, maxPoolSize } = toldBy(t, { ...parts, db: 'a-b' })
    assert.deepEqual(
      { hosts, user, passwordFits, authSource, tls, w, maxPoolSize },
      {
        hosts: ['::1:1'],
        user: 'ann',
        passwordFits: true,
        authSource: 'a-b',
        tls: true,
        w: 'majority',
        maxPoolSize: 7,
      },
    )
    assert.equal(toldBy(t, { db: 'x', mongoOptions: { w: 0 }, w: 5 }).w, '1')
    assert.equal(toldBy(t, { db: 'x', host: '/tmp/mongodb.sock' }).hosts[0], '/tmp/mongodb.sock')
  })

  test('is refused without the name of a database, in the words of 0.8', () => {
    for (const options of [{ host: 'localhost' }, { port: 27017, db: '' }, { username: 'ann', password: 'hunter2' }]) {
      assert.throws(() => make(FACTORY, options), {
        message: 'Required MongoStore option `db` missing or is not a string.',
      })
    }
  })

  test('is refused for a part of a wrong type, by its name', () => {
    for (const part of [
      { host: 5 },
      { port: 'hunter2' },
      { username: {} },
      { password: 5 },
      { w: {} },
      { server: 'hunter2' },
    ]) {
      const [name] = Object.keys(part)
      assert.throws(
        () => make(FACTORY, { db: 'x', ...part }),
        ({ message }) => message.startsWith(`The option ${name} must be`) && !message.includes('hunter2'),
      )
    }
  })

  test('says once that auto_reconnect has another name', async () => {
    const parts = { host: '127.0.0.1', port: open.current.port, db: 'shop', auto_reconnect: true }
    assert.deepEqual(
      (await warningsOfStores(FACTORY, parts, parts)).map(({ message }) => message),
      ['auto_reconnect option is deprecated. Use autoReconnect instead'],
    )
  })
})

test('a store of connect-mongo 4 to 6 refuses the parts, and says how to give them', () => {
  for (const options of [
    { host: 'localhost', port: 27017 },
    { db: 'sessions' },
    { username: 'me', password: 'hunter2' },
  ]) {
    assert.throws(
      () => make(MODERN, options),
      ({ message }) => {
        assert.match(
          message,
          new RegExp(
            `${Object.keys(options)[0]}.* cannot make a connection. Use mongoUrl, such as mongodb://user:password@host:27017/database`,
          ),
        )
        assert.doesNotMatch(message, /hunter2|localhost/)
        return true
      },
    )
  }
})
