'use strict'

// Dates are compared by the clock of JavaScript at the moment of each call, whatever other calls it is sent with.

const assert = require('node:assert/strict')
const { afterEach, mock, test } = require('node:test')
const { HOUR, MODERN, eachStyle, useStores } = require('../../helpers/stores.js')

const server = useStores()
const START = Date.UTC(2001, 1, 3)
const EARLY = START
const LATE = START + 2 * HOUR
const expiring = (moment) => ({ cookie: { expires: new Date(moment) } })

/** Calls a function while the clock of JavaScript stands at a moment. */
function at(moment, call) {
  mock.timers.enable({ apis: ['Date'], now: moment })
  try {
    return call()
  } finally {
    mock.timers.reset()
  }
}

afterEach(() => mock.timers.reset())

eachStyle(({ style, missing }) => {
  test('gets that are sent together find what is live by the clock of each', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    const sids = Array.from({ length: 20 }, (_, n) => `s${n}`)
    await collection.insertMany(sids.map((_id) => ({ _id, session: '{"a":1}', expires: new Date(START + HOUR) })))
    const moments = sids.flatMap((sid) => [
      [sid, LATE],
      [sid, EARLY],
      [sid, LATE],
      [sid, EARLY],
    ])
    const found = await Promise.all(moments.map(([sid, moment]) => at(moment, () => store.get(sid))))
    for (const [place, [sid, moment]] of moments.entries()) {
      if (moment === LATE) assert.equal(found[place], missing, sid)
      else assert.equal(found[place].a, 1, sid)
    }
  })

  test('touches that are sent together move what is live by the clock of each', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    const sids = Array.from({ length: 20 }, (_, n) => `s${n}`)
    await collection.insertMany(sids.map((_id) => ({ _id, session: '{}', expires: new Date(START + HOUR) })))
    const touched = new Date(LATE + HOUR)
    const late = (_sid, n) => n % 2 === 1
    await Promise.allSettled(
      sids.map((sid, n) => at(late(sid, n) ? LATE : EARLY, () => store.touch(sid, expiring(touched)))),
    )
    const moved = (await collection.find({ expires: touched }).toArray()).map(({ _id }) => _id)
    assert.deepEqual(moved.sort(), sids.filter((sid, n) => !late(sid, n)).sort())
  })

  test('touches of one session have the effect that they have one after the other', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    const expires = async (sid) => ((await collection.findOne({ _id: sid })).expires - START) / HOUR
    const ids = ['early first', 'late first', 'late in time']
    await collection.insertMany(ids.map((_id) => ({ _id, session: '{}', expires: new Date(START + HOUR) })))
    await Promise.allSettled([
      at(EARLY, () => store.touch('early first', expiring(START + 1.5 * HOUR))),
      at(LATE, () => store.touch('early first', expiring(START + 5 * HOUR))),
      at(LATE, () => store.touch('late first', expiring(START + 5 * HOUR))),
      at(EARLY, () => store.touch('late first', expiring(START + 3 * HOUR))),
      at(EARLY, () => store.touch('late in time', expiring(START + 3 * HOUR))),
      at(LATE, () => store.touch('late in time', expiring(START + 5 * HOUR))),
    ])
    assert.equal(await expires('early first'), 1.5)
    assert.equal(await expires('late first'), 3)
    assert.equal(await expires('late in time'), 5)
  })

  test('all gives what is live by the clock of its call', async (t) => {
    const { store, collection } = server.open(t, {}, style)
    await collection.insertMany([1, 3].map((n) => ({ session: `{"n":${n}}`, expires: new Date(START + n * HOUR) })))
    const found = await Promise.all([0, 2, 4].map((hour) => at(START + hour * HOUR, () => store.all())))
    assert.deepEqual(
      found.map((sessions) => sessions.map(({ n }) => n).sort()),
      [[1, 3], [3], []],
    )
  })

  test('with hooks, the clock is that of the call, not that of a later moment', async (t) => {
    const { store, collection } = server.open(t, { transformId: async (sid) => sid }, style)
    const calls = at(START, () => [
      store.set('s', { cookie: {}, a: 1 }),
      store.get('s'),
      store.all(),
      store.touch('s', { cookie: {} }),
    ])
    const [, found, all] = await Promise.all(calls)
    assert.equal(found.a, 1)
    assert.equal(all.length, 1)
    assert.equal((await collection.findOne({ _id: 's' })).expires.getTime(), START + store.ttl * 1000)
  })

  // Stores of the factory have no timestamps.
  const testTimestamps = style === MODERN ? test : () => {}
  testTimestamps('createdAt is the clock of the call, and updatedAt the clock of the server', async (t) => {
    const { store, collection } = server.open(t, { timestamps: true }, style)
    const before = Date.now()
    await at(START, () => store.set('s', { cookie: {} }))
    const { createdAt, updatedAt } = await collection.findOne({ _id: 's' })
    assert.equal(createdAt.getTime(), START)
    assert.ok(updatedAt > before - HOUR)
  })

  test('the removal at an interval goes by the clock of its moment', async (t) => {
    mock.timers.enable({ apis: ['Date', 'setInterval'], now: START })
    const { store, collection } = server.open(t, { autoRemove: 'interval', autoRemoveInterval: 60 }, style)
    await store.length()
    await collection.insertMany([0.5, 3].map((n) => ({ _id: String(n), expires: new Date(START + n * HOUR) })))
    mock.timers.tick(HOUR)
    mock.timers.reset()
    while ((await collection.countDocuments()) === 2) await store.length()
    assert.deepEqual(await collection.distinct('_id'), ['3'])
  })
})
