'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { refusesBadCallbacks, refusesBadIds } = require('../../helpers/bad-input.js')
const {
  HOUR,
  aSession,
  eachStyle,
  fails,
  gives,
  recordEvents,
  resultsOf,
  useStores,
  withCallback,
} = require('../../helpers/stores.js')

const server = useStores()
const TWO_WEEKS = 14 * 24 * HOUR
const later = () => new Date(Date.now() + 2 * HOUR)
const until = (expires) => ({ cookie: { expires } })

eachStyle(({ style, isFactory, missing }) => {
  test('touch moves the expiry of a session, and nothing else', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    await store.set('s', aSession({ a: 1 }))
    const before = await collection.findOne({ _id: 's' })
    const expires = later()
    await store.touch('s', { ...until(expires), a: 2, lastModified: new Date() })
    assert.deepEqual(await collection.findOne({ _id: 's' }), { ...before, expires })
  })

  test('touch takes a date as a Date, text or a number', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    await store.set('s', aSession())
    const date = later()
    for (const expires of [date, date.toISOString(), date.getTime()]) {
      await store.touch('s', aSession())
      await store.touch('s', until(expires))
      assert.deepEqual((await collection.findOne({ _id: 's' })).expires, date)
    }
  })

  test('touch prolongs a session by two weeks when its cookie has no valid date', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    await store.set('s', aSession())
    for (const session of [{}, { cookie: null }, until(null), until('never'), until(new Date(NaN)), 'text', 5, true]) {
      const earliest = Date.now() + TWO_WEEKS
      await store.touch('s', session)
      const latest = Date.now() + TWO_WEEKS
      const { expires } = await collection.findOne({ _id: 's' })
      assert.ok(expires >= earliest && expires <= latest, `${expires}`)
      await store.touch('s', aSession())
    }
  })

  test('touch ends a session whose cookie has a date in the past', async (t) => {
    const { store } = server.open(t, {}, style)
    await store.set('s', aSession())
    await store.touch('s', until(new Date(Date.now() - HOUR)))
    assert.equal(await store.get('s'), missing)
  })

  test('a session that was read through one store does not count as read through another', async (t) => {
    const { store: one } = server.open(t, {}, style)
    const { store: other, collection } = server.open(t, {}, style)
    await one.set('s', aSession())
    const session = await one.get('s')
    await collection.insertOne({ _id: 's', session: '{}', expires: new Date(0) })
    Object.assign(session, until(later()))
    await other.touch('s', session).catch((error) => assert.match(error.message, /Unable to find/))
    assert.deepEqual((await collection.findOne({ _id: 's' })).expires, new Date(0))
  })

  test('touch gives a session without expiry one', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    await collection.insertOne({ _id: 's', session: '{}' })
    const expires = later()
    await store.touch('s', until(expires))
    assert.deepEqual((await collection.findOne({ _id: 's' })).expires, expires)
  })

  test('touch gives its callback null and nothing else', async (t) => {
    const { store } = server.open(t, {}, style)
    await store.set('s', aSession())
    assert.equal(await gives(store, 'touch', 's', aSession()), undefined)
    const { returned } = await withCallback(store, 'touch', 's', aSession())
    assert.equal(returned instanceof Promise, isFactory)
  })

  for (const [what, expires] of [
    ['is not there', undefined],
    ['has expired', new Date(Date.now() - HOUR)],
  ]) {
    const name = isFactory
      ? `touch of a session that ${what} is no error`
      : `touch of a session that ${what} is an error`
    test(`${name}, and brings no session back`, async (t) => {
      const { store, collection } = server.open(t, {}, style)
      if (expires) await collection.insertOne({ _id: 's', session: '{"a":1}', expires })
      const before = await collection.find().toArray()
      if (isFactory) assert.equal(await gives(store, 'touch', 's', aSession()), undefined)
      else
        await fails(store, 'touch', ['s', aSession()], {
          name: 'Error',
          message: 'Unable to find the session to touch',
        })
      assert.deepEqual(await collection.find().toArray(), before)
      assert.equal(await store.get('s'), missing)
    })
  }

  test('touch at the end of a request is not an error when the user has logged out meanwhile', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    const session = store.createSession({ sessionID: 's', sessionStore: store }, JSON.parse(JSON.stringify(aSession())))
    assert.deepEqual((await resultsOf(store, 'touch', 's', session))[0], null)
    assert.equal(await collection.countDocuments(), 0)
    if (!isFactory) {
      const other = server.open(t, {}, style)
      await fails(other.store, 'touch', ['s', session], /Unable to find/)
    }
  })

  test('touch needs the session', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    await store.set('s', aSession())
    const before = await collection.find().toArray()
    for (const nothing of [undefined, null]) await fails(store, 'touch', ['s', nothing], TypeError)
    await fails(store, 'touch', ['s', () => {}], TypeError)
    await assert.rejects(store.touch('s'), TypeError)
    await assert.rejects(store.touch(), TypeError)
    assert.deepEqual(await collection.find().toArray(), before)
  })

  test('touch does not care what else is in the session', async (t) => {
    const { store } = server.open(t, {}, style)
    await store.set('s', aSession())
    const circular = aSession()
    circular.self = circular
    const sessions = [
      circular,
      aSession({ big: 5n }),
      aSession({ text: 'x'.repeat(17 * 2 ** 20) }),
      [],
      JSON.stringify(aSession()),
      {
        ...until(later()),
        get user() {
          throw new Error('of the getter')
        },
      },
    ]
    for (const session of sessions) assert.equal(await gives(store, 'touch', 's', session), undefined)
  })

  test('touch answers with an error when the session cannot be read', async (t) => {
    const { store, collection } = server.open(t, { touchAfter: 60 }, style)
    await store.set('s', aSession())
    const before = await collection.find().toArray()
    const thrown = () => {
      throw new RangeError('of the getter')
    }
    await fails(
      store,
      'touch',
      [
        's',
        {
          get cookie() {
            return thrown()
          },
        },
      ],
      /of the getter/,
    )
    await fails(
      store,
      'touch',
      [
        's',
        {
          get lastModified() {
            return thrown()
          },
        },
      ],
      /of the getter/,
    )
    await fails(
      store,
      'touch',
      [
        's',
        {
          cookie: {
            get expires() {
              return thrown()
            },
          },
        },
      ],
      /of the getter/,
    )
    await fails(
      store,
      'touch',
      [
        's',
        {
          get cookie() {
            throw undefined // eslint-disable-line no-throw-literal
          },
        },
      ],
      Error,
    )
    const [error] = await resultsOf(store, 'touch', 'nobody', {
      get req() {
        return thrown()
      },
    })
    assert.ok(error === null || error instanceof Error)
    assert.deepEqual(await collection.find().toArray(), before)
  })

  test('touch does not throw for an invalid date', async (t) => {
    const { store } = server.open(t, { touchAfter: 60 }, style)
    await store.set('s', aSession())
    for (const none of [
      Symbol('date'),
      {
        valueOf() {
          throw new Error('of valueOf')
        },
      },
      5n,
    ]) {
      for (const session of [until(none), { ...aSession(), lastModified: none }]) {
        const [error] = await resultsOf(store, 'touch', 's', session)
        assert.ok(error === null || error instanceof Error)
        await store.touch('s', session).catch((reason) => assert.ok(reason instanceof Error))
      }
    }
  })

  test('touch emits its event with the id and the session', async (t) => {
    const { store } = server.open(t, {}, style)
    await store.set('s', aSession())
    const events = recordEvents(store, ['touch'])
    const session = aSession()
    await store.touch('s', session)
    assert.equal(events.length, 1)
    assert.deepEqual(events[0].slice(0, 2), ['touch', 's'])
    assert.equal(events[0][2], session)
  })
})

refusesBadIds(server, 'touch', () => ({ cookie: {} }))
refusesBadCallbacks(server, 'touch', 's', { cookie: {} })
