'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { refusesBadCallbacks, refusesBadIds } = require('../../helpers/bad-input.js')
const {
  HOUR,
  MODERN,
  FACTORY,
  aSession,
  eachStyle,
  gives,
  resultsOf,
  useStores,
  withCallback,
} = require('../../helpers/stores.js')

const server = useStores()
const inAnHour = () => new Date(Date.now() + HOUR)

eachStyle(({ style, isFactory, missing }) => {
  test('get gives the session that set stored', async (t) => {
    const { store } = server.open(t, {}, style)
    const session = aSession({ user: 'Zoë', cart: [1, { two: 2 }] })
    await store.set('s', session)
    assert.deepEqual(await gives(store, 'get', 's'), JSON.parse(JSON.stringify(session)))
  })

  test(`get gives ${missing} for a session that is not there`, async (t) => {
    const { store } = server.open(t, {}, style)
    assert.equal(await gives(store, 'get', 'nobody'), missing)
    assert.deepEqual(await resultsOf(store, 'get', 'nobody'), [null, missing])
  })

  test(`get returns ${isFactory ? 'a promise also beside' : 'no promise beside'} a callback`, async (t) => {
    const { store } = server.open(t, {}, style)
    await store.set('s', { a: 1 })
    const { returned } = await withCallback(store, 'get', 's')
    if (isFactory) assert.deepEqual(await returned, { a: 1 })
    else assert.equal(returned, undefined)
  })

  test('get gives a live session only: one whose expires is a date to come, or that has none', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    const ages = {
      future: { expires: inAnHour() },
      absent: {},
      past: { expires: new Date(Date.now() - 1000) },
      null: { expires: null },
      text: { expires: inAnHour().toISOString() },
      number: { expires: Date.now() + HOUR },
    }
    for (const [_id, fields] of Object.entries(ages)) await collection.insertOne({ _id, session: '{"a":1}', ...fields })
    for (const _id of ['future', 'absent']) assert.deepEqual(await gives(store, 'get', _id), { a: 1 }, _id)
    for (const _id of ['past', 'null', 'text', 'number']) assert.equal(await gives(store, 'get', _id), missing, _id)
  })

  test('get gives the cookie the date at which the session expires, as touch last moved it', async (t) => {
    const { store } = server.open(t, {}, style)
    await store.set('s', aSession())
    const later = new Date(Date.now() + 2 * HOUR)
    await store.touch('s', { cookie: { expires: later } })
    assert.equal((await store.get('s')).cookie.expires, later.toISOString())
  })

  test('get invents no date for a cookie that has none', async (t) => {
    const { store } = server.open(t, {}, style)
    await store.set('none', { cookie: { path: '/' } })
    await store.set('null', { cookie: { path: '/', expires: null } })
    assert.deepEqual(await store.get('none'), { cookie: { path: '/' } })
    assert.deepEqual(await store.get('null'), { cookie: { path: '/', expires: null } })
  })

  test('get gives no field of the document but the session', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    await collection.insertOne({
      _id: 's',
      session: '{"a":1}',
      expires: inAnHour(),
      lastModified: new Date(),
      user: 'x',
    })
    assert.deepEqual(await store.get('s'), { a: 1 })
  })

  test('get tells ids apart that only look alike', async (t) => {
    const { store } = server.open(t, {}, style)
    // Ids that look alike after truncation at NUL, trimming, case folding or normalisation, or if taken for a path,
    // a number or a pattern.
    const ids = [
      'a',
      'a\0',
      'a\0b',
      '\0',
      'A',
      ' a',
      'a ',
      'é',
      'e\u0301',
      '5',
      '05',
      '.*',
      '$where',
      'a.b',
      '__proto__',
      '\u{1f36a}',
    ]
    for (const id of ids) await store.set(id, { id })
    for (const id of ids) assert.deepEqual(await store.get(id), { id })
  })

  test('get gives equal sessions that are not the same object', async (t) => {
    const { store } = server.open(t, {}, style)
    await store.set('s', { cart: [] })
    const [one, other] = await Promise.all([store.get('s'), store.get('s')])
    assert.deepEqual(one, other)
    assert.notEqual(one, other)
    assert.notEqual(one.cart, other.cart)
  })

  test('get gives each of many callers, at the same time, their own session', async (t) => {
    const { store } = server.open(t, {}, style)
    const ids = Array.from({ length: 300 }, (_, number) => `id-${number}`)
    await Promise.all(ids.map((id) => store.set(id, { id })))
    const found = await Promise.all(ids.map((id) => store.get(id)))
    assert.deepEqual(
      found.map(({ id }) => id),
      ids,
    )
  })

  test('get gives objects of the application, which assert and instanceof take for their own', async (t) => {
    const { store } = server.open(t, {}, style)
    await store.set('s', { nested: { list: [] } })
    const session = await store.get('s')
    assert.equal(Object.getPrototypeOf(session), Object.prototype)
    assert.equal(Object.getPrototypeOf(session.nested), Object.prototype)
    assert.ok(session.nested.list instanceof Array)
  })

  test('get does not let stored text reach the prototype of an object', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    await collection.insertOne({ _id: 's', session: '{"__proto__":{"admin":true}}' })
    const session = await store.get('s')
    assert.equal(Object.getPrototypeOf(session), Object.prototype)
    assert.equal(session.admin, undefined)
  })
})

test('a session that one style stored is read by the other', async (t) => {
  const one = server.open(t, {}, MODERN)
  const { mongoUrl, collection } = one
  const place = { url: mongoUrl, collection: collection.collectionName }
  const other = server.open(t, place, FACTORY)
  await one.store.set('modern', { a: 1 })
  await other.store.set('factory', { a: 2 })
  assert.deepEqual(await other.store.get('modern'), { a: 1 })
  assert.deepEqual(await one.store.get('factory'), { a: 2 })
})

refusesBadIds(server, 'get')
refusesBadCallbacks(server, 'get', 's')
