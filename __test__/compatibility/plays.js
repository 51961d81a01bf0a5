'use strict'

// Each play makes calls on a store through a recorder (`harness.js`). Every play runs on the genuine store and on ours.

const { Cookie } = require('express-session')

const LATER = new Date('2099-03-04T05:06:07.089Z')
const LATEST = new Date('2099-12-31T23:59:59.999Z')
const PAST = new Date('2020-01-01T00:00:00.000Z')

/** Creates a cookie whose properties do not depend on the time of the run. */
function cookie(expires = LATER) {
  const made = new Cookie({ path: '/', httpOnly: true })
  made.expires = expires
  made.originalMaxAge = expires ? 3_600_000 : null
  return made
}

const person = (n, expires) => ({ cookie: cookie(expires), n })

/** Values that JSON and BSON represent differently, or not at all. */
const rich = () => ({
  cookie: cookie(),
  text: 'zoë \u0000 𝄞',
  empty: '',
  yes: true,
  nothing: null,
  missing: undefined,
  list: [1, undefined, null, [], {}],
  numbers: [0, -0, 1.5, 2 ** 31 - 1, 2 ** 31, -(2 ** 31) - 1, 2 ** 40, 2 ** 53, 1e300, NaN, Infinity],
  date: PAST,
  expression: /a+/gi,
  bytes: Buffer.from([0, 255]),
  'dotted.key': { $where: 1 },
  run() {},
  inner: { cookie: 1, deep: { deeper: { none: undefined } }, toJSON: null },
  set: new Set([1]),
  map: new Map([['a', { b: 1 }]]),
  made: new (class Thing {
    a = 1
  })(),
  date2: new Date(NaN),
})

const PLAYS = {
  async index({ call, indexes, store, note }) {
    await call('length')
    await indexes()
    note('timer', store.timer === undefined ? undefined : store.timer.constructor.name)
  },

  async life({ call, documents }) {
    await call('get', 'a')
    await call('set', 'a', person(1))
    await documents()
    await call('get', 'a')
    await call('set', 'a', person(2))
    await documents()
    await call('length')
    await call('all')
    await call('touch', 'a', person(3, LATEST))
    await documents()
    await call('get', 'a')
    await call('touch', 'z', person(3))
    await documents()
    await call('destroy', 'a')
    await call('destroy', 'a')
    await call('get', 'a')
    await call('length')
    await call('all')
  },

  async cookies({ call, documents }) {
    await call('set', 'no date', person(1, null))
    await call('set', 'no cookie', { n: 1 })
    await call('set', 'plain', { cookie: { originalMaxAge: 5, expires: LATER, path: '/' } })
    await call('set', 'text', { cookie: { expires: LATER.toISOString() } })
    await call('set', 'number', { cookie: { expires: LATER.getTime() } })
    await call('set', 'false', { cookie: { expires: false } })
    await call('set', 'null', { cookie: null })
    await call('set', 'maxAge', { cookie: { originalMaxAge: 5000, maxAge: 5000 } })
    await call('set', 'past', person(1, PAST))
    await documents()
    for (const sid of ['no date', 'no cookie', 'plain', 'text', 'number', 'false', 'null', 'maxAge', 'past'])
      await call('get', sid)
    await call('touch', 'plain', person(1, null))
    await call('touch', 'text', {})
    await call('touch', 'number', { cookie: { expires: LATEST.toISOString() } })
    await call('touch', 'false', { cookie: {} })
    await documents()
    await call('length')
    await call('destroy', 'past')
  },

  async 'a cookie with an invalid date'({ call, documents }) {
    await call('set', 'a', { cookie: { expires: 'no date' } })
    await documents()
    await call('get', 'a')
  },

  async 'rich values'({ call, documents }) {
    await call('set', 'a', rich())
    await documents()
    await call('get', 'a')
  },

  async 'odd sessions'({ call, documents }) {
    for (const [name, value] of Object.entries({
      undefined,
      null: null,
      number: 5,
      text: 'text',
      list: [1],
      empty: {},
      true: true,
    })) {
      await call('set', name, value)
      await call('get', name)
    }
    await documents()
  },

  async 'sessions that cannot be stored'({ call, documents }) {
    const circle = person(1)
    circle.circle = circle
    await call('set', 'circle', circle)
    await call('set', 'big', { ...person(1), big: 12345678901234567890n })
    await call('set', 'throws', {
      ...person(1),
      inner: {
        toJSON() {
          throw new RangeError('no')
        },
      },
    })
    await call('set', 'cookie throws', {
      cookie: {
        toJSON() {
          throw new RangeError('no')
        },
      },
    })
    await documents()
  },

  async 'odd documents'({ call, seed }) {
    const session = JSON.stringify(person(1))
    const odd = {
      bad: { session: '{bad', expires: LATER },
      none: { expires: LATER },
      object: { session: { cookie: { path: '/' }, n: 1 }, expires: LATER },
      nullText: { session: 'null', expires: LATER },
      null: { session: null, expires: LATER },
      five: { session: '5', expires: LATER },
      fiveNumber: { session: 5, expires: LATER },
      list: { session: '[1]', expires: LATER },
      expired: { session, expires: PAST },
      nullDate: { session, expires: null },
      textDate: { session, expires: LATER.toISOString() },
      forever: { session },
      moved: { session, expires: LATEST },
      modified: { session, expires: LATER, lastModified: PAST },
      modifiedText: { session, expires: LATER, lastModified: 'yesterday' },
    }
    await seed(...Object.entries(odd).map(([_id, document]) => ({ _id, ...document })))
    for (const sid of Object.keys(odd)) await call('get', sid)
    await call('length')
  },

  async all({ call, change, documents }) {
    await call('all')
    for (const n of [1, 2, 3, 4]) await call('set', `s${n}`, person(n))
    await change(0, { $unset: { expires: 1 } })
    await change(1, { $set: { expires: PAST } })
    await call('all')
    await call('length')
    await documents()
  },

  async 'all with a session that cannot be read'({ call, seed }) {
    await call('set', 'good', person(1))
    await seed({ _id: 'bad', session: '{bad', expires: LATER })
    await call('all')
  },

  async expired({ call, documents }) {
    await call('set', 'a', person(1, PAST))
    await call('get', 'a')
    await call('all')
    await call('length')
    await call('set', 'a', person(2))
    await call('get', 'a')
    await documents()
  },

  async 'touch of an expired session'({ call, change, documents }) {
    await call('set', 'a', person(1))
    await change(0, { $set: { expires: PAST } })
    await call('touch', 'a', person(1))
    await documents()
  },

  async lastModified({ call, change, documents, note }) {
    await call('set', 'a', person(1))
    await documents()
    const found = await call('get', 'a')
    await call('touch', 'a', found)
    await call('touch', 'a', { ...person(1, LATEST), lastModified: PAST })
    await documents()
    const live = { ...person(2), lastModified: PAST }
    await call('set', 'a', live)
    note('the live session after set', Object.keys(live))
    await documents()
    await call('touch', 'z', { ...person(2), lastModified: PAST })
    await call('touch', 'z', { ...person(2), lastModified: new Date() })
    await change(0, { $unset: { lastModified: 1 } })
    await call('get', 'a')
    await call('touch', 'a', person(1, LATEST))
    await documents()
  },

  async unacknowledged({ call, documents, holds }) {
    await call('set', 'a', person(1))
    await holds({ _id: 'a' })
    await call('set', 'a', person(2))
    await holds({ session: /"n":2/ })
    await call('touch', 'a', person(2, LATEST))
    await holds({ expires: LATEST })
    await documents()
    await call('touch', 'z', person(1))
    await call('destroy', 'z')
    await call('get', 'a')
  },

  async 'foreign fields'({ call, seed, documents }) {
    await seed({ _id: 'a', session: '{}', expires: PAST, userId: 7, createdAt: PAST })
    await call('set', 'a', person(1))
    await documents()
    await call('touch', 'a', person(1, LATEST))
    await documents()
  },

  async clear({ call, documents, indexes }) {
    await call('set', 'a', person(1))
    await call('set', 'b', person(1))
    await call('clear')
    await documents()
    await indexes()
    await call('length')
    await call('clear')
    await call('set', 'a', person(1))
    await documents()
    await indexes()
  },

  async 'a listener for destroy'({ call, store }) {
    const listener = () => {}
    store.on('destroy', listener)
    await call('destroy', 'a')
    store.off('destroy', listener)
    await call('destroy', 'a')
  },

  async 'no callback'({ bare, call }) {
    await bare('set', 'a', person(1))
    await bare('touch', 'a', person(1, LATEST))
    await bare('touch', 'z', person(1))
    await bare('destroy', 'a')
    await bare('clear')
    await call('length')
  },

  async inherited({ call, store, note }) {
    await call('load', 'z')
    await call('set', 'a', person(1))
    const loaded = await call('load', 'a')
    note('a Session object', [loaded?.constructor.name, loaded?.id, loaded?.cookie.constructor.name])
    store.generate = (req) => {
      req.generated = true
    }
    const req = { sessionID: 'a' }
    await call('regenerate', req)
    note('the request', req)
    await call('get', 'a')
  },

  async 'two people'({ call, documents }) {
    await call('set', 'a', person(1))
    await call('set', 'b', person(2))
    await documents()
    await call('get', 'a')
    await call('get', 'b')
    await call('destroy', 'a')
    await documents()
  },

  async 'two writers of one new session'({ start, call, note }) {
    const first = start('set', 'a', person(1))
    const second = start('set', 'a', person(2))
    await Promise.all([first.values, second.values])
    // All events go to one log, in the order of the server's replies.
    note(
      'events',
      [...first.log, ...second.log]
        .filter(([kind]) => kind === 'event')
        .map(([, name]) => name)
        .sort(),
    )
    for (const { log } of [first, second]) log.splice(0, log.length, ...log.filter(([kind]) => kind === 'callback'))
    await call('length')
  },

  async 'ids that are none'({ call, documents }) {
    for (const sid of [5, null, undefined, true, { a: 1 }]) {
      await call('set', sid, person(1))
      await call('get', sid)
      await call('touch', sid, person(1))
      await call('destroy', sid)
    }
    await call('set', '', person(1))
    await call('get', '')
    await documents()
  },
}

const FORMS = ['defaults', 'stringify: false', 'touchAfter', 'touchAfter, stringify: false']

/** By play: the only sets of options that affect it. Other plays run with every set. */
const ONLY_WITH = {
  'rich values': [
    ...FORMS,
    'serialize and unserialize of text',
    'serialize and unserialize of objects',
    'only unserialize',
  ],
  'odd sessions': FORMS,
  'sessions that cannot be stored': FORMS,
  'odd documents': FORMS,
  'all with a session that cannot be read': FORMS,
  'two people': [],
  unacknowledged: [],
  ...Object.fromEntries(
    [
      'a cookie with an invalid date',
      'foreign fields',
      'index',
      'a listener for destroy',
      'no callback',
      'inherited',
      'two writers of one new session',
      'ids that are none',
    ].map((play) => [play, ['defaults']]),
  ),
}

/** Returns the names of the plays for a set of options (`options.js`). */
function playsFor({ name, plays }) {
  return plays ?? Object.keys(PLAYS).filter((play) => ONLY_WITH[play]?.includes(name) ?? true)
}

module.exports = { PLAYS, playsFor, person, LATER, LATEST, PAST }
