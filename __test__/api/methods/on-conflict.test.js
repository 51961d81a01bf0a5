'use strict'

// `set` with the option `onConflict`: a session that was read, and that somebody else has changed since, is not overwritten.

const assert = require('node:assert/strict')
const { describe, it, test } = require('node:test')
const { MongoStore: Genuine6 } = require('connect-mongo-6')
const { useFaultyServer } = require('../../helpers/faulty-server.js')
const { call, genuine3 } = require('../../helpers/genuine.js')
const { MODERN, aSession, eachStyle, fails, recordEvents, resultsOf, useStores } = require('../../helpers/stores.js')
const { insist, until } = require('../../helpers/wait.js')

const server = useStores()
const faultyServer = useFaultyServer()
const CONFLICT = { name: 'MongoStoreConflictError', code: 'ERR_SESSION_CONFLICT' }
const GONE = { name: 'MongoStoreSessionGoneError', code: 'ERR_SESSION_GONE' }
const KEYS = [{ id: 'a', secret: 'a secret of a test that has 32 bytes or more' }]
const OLDER = [{ id: 'older', secret: 'a secret of a test that is older, and has 32 bytes' }]
const DAY = 24 * 3_600_000 // ms
const range = (count) => Array.from({ length: count }, (_, n) => n)

/** An adapter in JavaScript whose text differs each time. */
const adapter = {
  encrypt: async (text) => `${Math.random()} ${Buffer.from(text).toString('hex')}`,
  decrypt: async (stored) => Buffer.from(stored.split(' ')[1], 'hex').toString(),
}
/** Ways to store sessions, as options. */
const WAYS = {
  'as text': {},
  'as a subdocument': { stringify: false },
  'by asynchronous hooks': {
    serialize: async (session) => ({ text: JSON.stringify(session) }),
    unserialize: async ({ text }) => JSON.parse(text),
  },
  'under another id': { transformId: async (sid) => ({ of: sid }) },
  encrypted: { encryption: { keys: KEYS } },
  'encrypted as a subdocument': { encryption: { keys: KEYS }, stringify: false },
  'under hashed ids': { encryption: { keys: KEYS, hashIds: true } },
  'under ids that move': { encryption: { keys: [...KEYS, ...OLDER], hashIds: true } },
}
const MODERN_WAYS = {
  ...WAYS,
  'encrypted by crypto': { crypto: { secret: 'AB12!@squirrel' } },
  'encrypted by an adapter': { cryptoAdapter: adapter },
}

/** Opens two stores of one collection, as two processes have them, and has both read a session. */
async function readTwice(t, options, style, data = { a: 1, b: 1 }) {
  const one = server.open(t, options, style)
  const other = server.open(t, { ...options, [style.collectionOption]: one.collection.collectionName }, style)
  await one.store.set('s', aSession(data))
  return {
    store: one.store,
    other: other.store,
    collection: one.collection,
    mine: await one.store.get('s'),
    theirs: await other.store.get('s'),
  }
}

/** What an application has put into a session. */
const dataOf = ({ cookie: _cookie, lastModified: _date, ...data }) => data

eachStyle(({ style }) => {
  for (const [way, options] of Object.entries(style === MODERN ? MODERN_WAYS : WAYS)) {
    describe(way, () => {
      it('merges what two saves have changed at the top level', async (t) => {
        const { store, other, mine, theirs } = await readTwice(t, { ...options, onConflict: 'merge' }, style, {
          same: 1,
          mine: 1,
          theirs: 1,
          removed: 1,
          both: 1,
        })
        Object.assign(theirs, { theirs: 2, added: { by: 'them' }, both: 2 })
        Object.assign(mine, { mine: 2, list: [1, { two: 2 }], both: 3 })
        delete mine.removed
        await other.set('s', theirs)
        const events = recordEvents(store, ['create', 'update', 'set'])
        await store.set('s', mine)
        const merged = { same: 1, mine: 2, theirs: 2, both: 3, added: { by: 'them' }, list: [1, { two: 2 }] }
        assert.deepEqual(dataOf(await store.get('s')), merged)
        assert.deepEqual(
          events.map(([name]) => name),
          ['update', 'set'],
        )
        assert.deepEqual([store.stats().conflicts, other.stats().conflicts], [1, 0])
      })

      it('goes on from what it has saved', async (t) => {
        const { store, other, mine, theirs } = await readTwice(t, { ...options, onConflict: 'merge' }, style)
        for (const round of range(3)) {
          mine.a = `mine ${round}`
          theirs.b = `theirs ${round}`
          await Promise.all([store.set('s', mine), other.set('s', theirs)])
        }
        assert.deepEqual(dataOf(await store.get('s')), { a: 'mine 2', b: 'theirs 2' })
      })

      it('compares a new session with what it has saved', async (t) => {
        const { store, other } = await readTwice(t, { ...options, onConflict: 'merge' }, style)
        const created = aSession({ mine: 1 })
        await store.set('new', created)
        await other.set('new', Object.assign(await other.get('new'), { theirs: 1 }))
        await store.set('new', Object.assign(created, { mine: 2 }))
        assert.deepEqual(dataOf(await store.get('new')), { mine: 2, theirs: 1 })
      })

      it('makes a conflict an error, and stores nothing', async (t) => {
        const { store, other, mine, theirs } = await readTwice(t, { ...options, onConflict: 'error' }, style)
        await other.set('s', Object.assign(theirs, { b: 2 }))
        await fails(store, 'set', ['s', Object.assign(mine, { a: 2 })], CONFLICT)
        assert.deepEqual(dataOf(await store.get('s')), { a: 1, b: 2 })
        assert.equal(store.stats().conflicts, 2)
        await store.set('s', Object.assign(await store.get('s'), { a: 2 }))
      })

      it('asks the function of the application', async (t) => {
        const conflicts = []
        const onConflict = async (conflict) => {
          conflicts.push(structuredClone(conflict))
          return { ...conflict.theirs, cart: [...conflict.theirs.cart, conflict.mine.cart.at(-1)] }
        }
        const { store, other, mine, theirs } = await readTwice(t, { ...options, onConflict }, style, { cart: ['a'] })
        theirs.cart.push('b')
        mine.cart.push('c')
        await other.set('s', theirs)
        await store.set('s', mine)
        assert.deepEqual(dataOf(await store.get('s')), { cart: ['a', 'b', 'c'] })
        assert.equal(conflicts.length, 1)
        const [{ sid, ...versions }] = conflicts
        assert.equal(sid, 's')
        assert.deepEqual(
          Object.entries(versions).map(([name, session]) => [name, session.cart, session.cookie.originalMaxAge > 0]),
          [
            ['base', ['a'], true],
            ['mine', ['a', 'c'], true],
            ['theirs', ['a', 'b'], true],
          ],
        )
      })

      it('does not bring back a session that was destroyed', async (t) => {
        const { store, other, mine, collection } = await readTwice(t, { ...options, onConflict: 'merge' }, style)
        await other.destroy('s')
        await fails(store, 'set', ['s', mine], GONE)
        assert.equal(await collection.countDocuments(), 0)
      })

      it('keeps what the copies of a session in one store have changed', async (t) => {
        const { store } = await readTwice(t, { ...options, onConflict: 'merge' }, style)
        const copies = await Promise.all(range(30).map(() => store.get('s')))
        await Promise.all(copies.map((copy, n) => store.set('s', Object.assign(copy, { [`key ${n}`]: n }))))
        assert.equal(Object.keys(await store.get('s')).length, 3 + 30)
      })
    })
  }

  test('a save that finds what was read is one operation', async (t) => {
    const { store, mine } = await readTwice(t, { onConflict: 'merge' }, style)
    const { get } = store.stats().operations
    await store.set('s', Object.assign(mine, { a: 2 }))
    await store.set('s', Object.assign(mine, { a: 3 }))
    assert.equal(store.stats().operations.get.count, get.count)
    assert.equal(store.stats().operations.set.count, 3)
    assert.equal(store.stats().conflicts, 0)
  })

  test('a change of one side is no conflict', async (t) => {
    for (const options of [
      { onConflict: 'error' },
      { onConflict: 'error', touchAfter: 3600 },
      { onConflict: () => assert.fail('was asked') },
    ]) {
      const { store, other, mine, theirs } = await readTwice(t, options, style)
      await other.set('s', Object.assign(theirs, { b: 2 }))
      await store.set('s', mine)
      assert.deepEqual(dataOf(await store.get('s')), { a: 1, b: 2 })
      // A save that writes the same moves no more than the cookie.
      const late = await store.get('s')
      theirs.cookie.expires = new Date(Date.now() + 2 * DAY)
      await other.set('s', theirs)
      await store.set('s', Object.assign(late, { a: 2 }))
      assert.deepEqual(dataOf(await store.get('s')), { a: 2, b: 2 })
      assert.equal(store.stats().conflicts, 0)
    }
  })

  test('the cookie that somebody has changed stays, and otherwise the later date', async (t) => {
    const day = (count) => new Date(Date.now() + count * DAY)
    const cases = [
      // Both moved only the date: the later one counts.
      [(mine, theirs) => [(mine.expires = day(2)), (theirs.expires = day(3))], 3],
      [(mine, theirs) => [(mine.expires = day(3)), (theirs.expires = day(2))], 3],
      // One made it another cookie.
      [(mine, theirs) => [(theirs.originalMaxAge = 9 * DAY), (theirs.expires = day(9)), (mine.expires = day(20))], 9],
      [(mine, theirs) => [(mine.originalMaxAge = 9 * DAY), (mine.expires = day(9)), (theirs.expires = day(20))], 9],
      [(mine, theirs) => [(theirs.secure = true), (theirs.expires = day(9)), (mine.expires = day(20))], 9],
    ]
    for (const [change, expected] of cases) {
      const { store, other, mine, theirs, collection } = await readTwice(t, { onConflict: 'merge' }, style)
      change(mine.cookie, theirs.cookie)
      await other.set('s', Object.assign(theirs, { b: 2 }))
      await store.set('s', Object.assign(mine, { a: 2 }))
      const { expires } = await collection.findOne()
      assert.equal(Math.round((expires - Date.now()) / DAY), expected)
      assert.deepEqual(dataOf(await store.get('s')), { a: 2, b: 2 })
    }
  })

  test('the function of the application may fail, and its answer must be a session', async (t) => {
    const answers = [
      [() => null, /onConflict must return a session, but returned null/],
      [() => {}, /onConflict must return a session, but returned a undefined/],
      [async () => 'text', /onConflict must return a session, but returned a string/],
      [() => Promise.reject(new RangeError('of the function')), /of the function/],
      [
        () => {
          throw new RangeError('of the function')
        },
        /of the function/,
      ],
    ]
    for (const [onConflict, message] of answers) {
      const { store, other, mine, theirs, collection } = await readTwice(t, { onConflict }, style)
      await other.set('s', Object.assign(theirs, { b: 2 }))
      const [before] = await collection.find().toArray()
      await fails(store, 'set', ['s', Object.assign(mine, { a: 2 })], message)
      assert.deepEqual(await collection.find().toArray(), [before])
    }
  })

  test('with saveDestroyed, a save brings a session back', async (t) => {
    const { store, other, mine } = await readTwice(t, { onConflict: 'merge', saveDestroyed: true }, style)
    await other.destroy('s')
    await store.set('s', Object.assign(mine, { a: 2 }))
    assert.equal((await store.get('s')).a, 2)
  })

  test('operations on one session that are called at once have the results of their order', async (t) => {
    const { store, other, mine, theirs } = await readTwice(t, { onConflict: 'merge' }, style)
    await other.set('s', Object.assign(theirs, { b: 2 }))
    const again = await store.get('s')
    const results = await Promise.allSettled([
      store.set('s', Object.assign(mine, { a: 2 })),
      store.get('s'),
      store.set('s', Object.assign(again, { c: 3 })),
      store.touch('s', mine),
      store.get('s'),
      store.destroy('s'),
      store.set('s', mine),
      store.get('s'),
    ])
    const values = results.map(({ reason, value }) => reason?.code ?? (value?.cookie ? dataOf(value) : value))
    assert.deepEqual(values[1], { a: 2, b: 2 })
    assert.deepEqual(values[4], { a: 2, b: 2, c: 3 })
    assert.equal(values[6], GONE.code)
    assert.equal(results[7].value ?? null, null)
  })

  test('a session is stored as it was when set was called', async (t) => {
    const { store, mine } = await readTwice(t, { onConflict: 'merge' }, style)
    const saved = [store.set('s', Object.assign(mine, { a: 2 })), store.set('s', Object.assign(mine, { a: 3 }))]
    mine.a = 4
    await Promise.all(saved)
    assert.equal((await store.get('s')).a, 3)
  })

  test('what a session contains is compared as a value', async (t) => {
    const { store, other, mine, theirs } = await readTwice(t, { onConflict: 'merge', stringify: false }, style, {
      query: { $ne: null },
      $where: 'true',
      'a.b': 1,
    })
    await store.set('s', Object.assign(mine, { a: 2 }))
    await other.set('s', Object.assign(theirs, { b: 2 }))
    assert.deepEqual(dataOf(await store.get('s')), {
      query: { $ne: null },
      $where: 'true',
      'a.b': 1,
      a: 2,
      b: 2,
    })
  })

  test('the key __proto__ is one like any other', async (t) => {
    const { store, other, mine, theirs } = await readTwice(t, { onConflict: 'merge' }, style)
    Object.defineProperty(mine, '__proto__', { value: { isAdmin: true }, enumerable: true, configurable: true })
    await other.set('s', Object.assign(theirs, { b: 2 }))
    await store.set('s', mine)
    const session = await store.get('s')
    assert.equal(session.isAdmin, undefined)
    assert.deepEqual(Object.getOwnPropertyDescriptor(session, '__proto__').value, { isAdmin: true })
  })

  test('other options are refused', (t) => {
    for (const onConflict of ['replace', true, 1, {}]) {
      assert.throws(
        () => server.open(t, { onConflict }, style),
        /The option onConflict must be 'merge', 'error' or a function/,
      )
    }
  })
})

for (const [name, make] of Object.entries({
  'connect-mongo 3': genuine3,
  'connect-mongo 6': (options) => Genuine6.create(options),
})) {
  test(`what ${name} has written meanwhile is found`, async (t) => {
    for (const stringify of [true, false]) {
      const { store, mine, collection } = await readTwice(t, { onConflict: 'merge', stringify }, MODERN)
      const { mongoUrl } = server.open(t)
      const genuine = make({ mongoUrl, collectionName: collection.collectionName, stringify })
      t.after(() => genuine.close())
      await call(genuine, 'set', 's', Object.assign(await call(genuine, 'get', 's'), { b: 2 }))
      await store.set('s', Object.assign(mine, { a: 2 }))
      assert.deepEqual(dataOf(await store.get('s')), { a: 2, b: 2 })
      assert.deepEqual(dataOf(await call(genuine, 'get', 's')), { a: 2, b: 2 })
    }
  })
}

test('a save whose confirmation was lost is no conflict with itself', async (t) => {
  for (const onConflict of ['error', 'merge']) {
    const { store, fail, mend, collection } = await faultyServer.open(t, { onConflict })
    await store.set('s', aSession({ a: 1 }))
    const session = await store.get('s')
    // The server carries the write out, and seems to shut down. A standalone server can't tell that it is the same one.
    await fail(['update'], { writeConcernError: { code: 91, errmsg: 'shutting down' } }, { times: 1 })
    await store.set('s', Object.assign(session, { a: 2 }))
    assert.equal(await mend(), 1)
    assert.match((await collection.findOne()).session, /"a":2/)
    assert.equal(store.stats().conflicts, 0)
  }
})

test('a function that does not answer ends with the deadline of its operation, and holds up the session no longer', async (t) => {
  const onConflict = () => new Promise(() => {})
  const { store, collection } = server.open(t, { onConflict, mongoOptions: { timeoutMS: 1000 } }, MODERN)
  const { store: other } = server.open(t, { collectionName: collection.collectionName }, MODERN)
  await insist(() => store.set('s', aSession({ a: 1, b: 0 })))
  const b = await until('an error that names the function', async () => {
    const mine = await insist(() => store.get('s'))
    const theirs = await other.get('s')
    await other.set('s', Object.assign(theirs, { b: theirs.b + 1 }))
    const [error] = await resultsOf(store, 'set', 's', Object.assign(mine, { a: 2 }))
    assert.equal(error.name, 'MongoOperationTimeoutError')
    // A slow server may take all of the time, so that none is left for the function.
    return error.message.includes('onConflict did not answer') && theirs.b
  })
  assert.equal((await insist(() => store.get('s'))).b, b)
})
