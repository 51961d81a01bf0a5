'use strict'

// Deliberate differences that only certain options or values reveal.

const { LATER } = require('../plays.js')
const {
  answerOf,
  answering,
  documents,
  errorOf,
  eventsOf,
  failing,
  getting,
  missing,
  sidOf,
  valueOf,
  without,
} = require('./entries.js')

/** The options with which the built-in writer stores sessions as objects. */
const AS_OBJECTS = ['stringify: false', 'touchAfter, stringify: false', 'only unserialize']

const modified = ({ options }) => options.startsWith('touchAfter')

const OPTIONS_DIFFER = [
  // Sessions without a cookie, stored as objects.
  {
    why: '6.0 writes `cookie: null` for a session that has none',
    in: [6],
    play: 'cookies',
    options: AS_OBJECTS,
    step: /^documents/,
    genuine: (entry) => entry.documents.some((text) => text.includes('"session":{"cookie":null,"n":')),
    ours: (entry) =>
      documents(entry, (document) =>
        document._id === 'no cookie' ? { ...document, session: without(document.session, 'cookie') } : document,
      ),
  },
  {
    why: '6.0 reads the `cookie: null` that it wrote',
    in: [6],
    play: 'cookies',
    options: AS_OBJECTS,
    step: 'get no cookie',
    genuine: (entry) => valueOf(entry).cookie === null,
    ours: (entry) => getting(entry, without(valueOf(entry), 'cookie')),
  },
  {
    why: 'before 6.0, a session whose cookie is null cannot be stored as an object',
    in: [5, 3, 1],
    play: 'cookies',
    options: AS_OBJECTS,
    step: 'set null',
    genuine: (entry) => errorOf(entry)?.name === 'TypeError',
    ours: (entry, { style }) =>
      answering(
        entry,
        [
          ['create', 'null'],
          ['set', 'null'],
        ],
        null,
        ...(style === 'modern' ? [] : ['<undefined>']),
      ),
  },
  {
    why: 'before 6.0, a session whose cookie is null was not stored',
    in: [5, 3, 1],
    play: 'cookies',
    options: AS_OBJECTS,
    step: /^documents/,
    genuine: (entry) => !entry.documents.some((text) => text.startsWith('{"_id":"null"')),
    ours: (entry, context) =>
      documents(entry, (document) => document, [
        {
          _id: 'null',
          expires: { $date: 'now + ttl' },
          ...(modified(context) && { lastModified: { $date: 'now' } }),
          session: { cookie: null },
        },
      ]),
  },
  {
    why: 'before 6.0, a session whose cookie is null was not stored, so that there is one less',
    in: [5, 3, 1],
    play: 'cookies',
    options: AS_OBJECTS,
    step: 'length',
    genuine: (entry) => valueOf(entry) === 8,
    ours: (entry) => answering(entry, [], null, 9),
  },
  {
    why: 'before 6.0, a session whose cookie is null was not stored, and is not found',
    in: [5, 3, 1],
    play: 'cookies',
    options: AS_OBJECTS,
    step: 'get null',
    genuine: (entry) => [null, '<undefined>'].includes(valueOf(entry)),
    ours: (entry, context) =>
      getting(entry, {
        ...(context.options === 'only unserialize' && { read: true }),
        cookie: null,
        ...(modified(context) && { lastModified: { '<Date>': 'now' } }),
      }),
  },

  // Hooks.
  {
    why: 'all leaves out what cannot be read, instead of failing',
    in: [6, 5, 3],
    options: 'an unserialize that throws',
    step: /^all/,
    genuine: (entry) => errorOf(entry)?.name === 'RangeError',
    ours: (entry) => answering(entry, [['all', []]], null, []),
  },
  {
    why: 'all leaves out what unserialize gives no session for',
    in: [6, 5, 3],
    options: 'an unserialize without a result',
    step: /^all/,
    genuine: (entry) => valueOf(entry)?.includes?.('<undefined>'),
    ours: (entry) => answering(entry, [['all', []]], null, []),
  },
  {
    why: 'a document that unserialize gives no session for counts as none, so that there is no event',
    in: [3, 1],
    options: 'an unserialize without a result',
    step: /^get a/,
    genuine: (entry) => valueOf(entry) === '<undefined>' && eventsOf(entry).length === 1,
    ours: missing,
  },
  {
    why: 'asynchronous hooks are awaited; what was stored was an empty object',
    options: 'asynchronous hooks',
    step: /^documents/,
    genuine: (entry) => entry.documents.every((text) => text.includes('"session":{}')),
    ours: (entry) =>
      documents(entry, (document) => ({ ...document, session: { $numberInt: document._id === 'a' ? '1' : '2' } })),
  },
  {
    why: 'asynchronous hooks are awaited; what was read was a promise, or an empty object',
    options: 'asynchronous hooks',
    step: /^get/,
    genuine: (entry) => valueOf(entry) === '<promise>' || JSON.stringify(valueOf(entry)) === '{"n":{}}',
    ours: (entry) => getting(entry, { n: sidOf(entry) === 'a' ? 1 : 2 }),
  },
  {
    why: 'an asynchronous transformId is awaited; all people had one session',
    options: 'an asynchronous transformId',
    step: /^documents/,
    genuine: (entry) =>
      entry.step === 'documents #2' || (entry.documents.length === 1 && entry.documents[0].includes('"_id":{}')),
    ours: (entry) => {
      const written = [1, 2].map((n) => ({
        _id: `later/${n === 1 ? 'a' : 'b'}`,
        expires: { $date: LATER.toISOString() },
        session: JSON.stringify({ cookie: { originalMaxAge: 3600000, expires: LATER, httpOnly: true, path: '/' }, n }),
      }))
      return documents(entry, () => null, entry.step === 'documents' ? written : written.slice(1))
    },
  },
  {
    why: 'an asynchronous transformId is awaited; the second person had the session of the first',
    options: 'an asynchronous transformId',
    step: 'set b',
    genuine: (entry) => eventsOf(entry)[0][0] === 'update',
    ours: (entry) =>
      answering(
        entry,
        [
          ['create', 'b'],
          ['set', 'b'],
        ],
        ...answerOf(entry),
      ),
  },
  {
    why: 'an asynchronous transformId is awaited; the first person had the session of the second',
    options: 'an asynchronous transformId',
    step: 'get a',
    genuine: (entry) => valueOf(entry).n === 2,
    ours: (entry) => getting(entry, { ...valueOf(entry), n: 1 }),
  },

  // Values that the BSON library of the older drivers writes differently.
  {
    why: 'before version 4, the BSON library wrote -0 as 0',
    in: [3, 1],
    play: 'rich values',
    step: 'documents',
    genuine: (entry) => entry.documents[0].includes('"numbers":[{"$numberInt":"0"},{"$numberInt":"0"}'),
    ours: (entry) =>
      documents(entry, (document) => {
        ;(document.session.wrapped ?? document.session).numbers[1] = { $numberDouble: '-0.0' }
        return document
      }),
  },
  {
    why: 'before version 4, the BSON library wrote -0 as 0, which is what is read',
    in: [3, 1],
    play: 'rich values',
    options: [...AS_OBJECTS, 'serialize and unserialize of objects'],
    step: 'get a',
    genuine: (entry) => valueOf(entry).numbers[1] === 0,
    ours: (entry) => {
      const session = valueOf(entry)
      const [zero, , ...numbers] = session.numbers
      return getting(entry, { ...session, numbers: [zero, { '<number>': '-0' }, ...numbers] })
    },
  },
  {
    why: 'before version 4, the BSON library had another error for a circle',
    in: [3, 1],
    play: 'sessions that cannot be stored',
    step: 'set circle',
    genuine: (entry) => errorOf(entry)?.message === 'cyclic dependency detected',
    ours: (entry) => failing(entry, 'BSONError', 'Cannot convert circular structure to BSON'),
  },
  {
    why: 'before version 4, the BSON library refused a BigInt',
    in: [3],
    play: 'sessions that cannot be stored',
    options: AS_OBJECTS,
    step: 'set big',
    genuine: (entry) => errorOf(entry)?.message === 'Unsupported type BigInt, please use Decimal128',
    ours: (entry) =>
      answering(
        entry,
        [
          ['create', 'big'],
          ['set', 'big'],
        ],
        null,
        '<undefined>',
      ),
  },
  {
    why: 'before version 4, the BSON library refused a BigInt (in 1.x: left it out)',
    in: [3, 1],
    play: 'sessions that cannot be stored',
    options: AS_OBJECTS,
    step: 'documents',
    genuine: (entry) => !entry.documents.some((text) => text.includes('"big":')),
    ours: (entry) => {
      const other = JSON.parse(entry.documents.find((text) => text.includes('"throws"')))
      const session = without(other.session, 'inner')
      // The newer library writes an int64 and keeps the lower 64 bits of a value that does not fit.
      const big = { ...other, _id: 'big', session: { ...session, big: { $numberLong: '-6101065172474983726' } } }
      return documents(entry, (document) => (document._id === 'big' ? null : document), [big])
    },
  },
]

module.exports = { OPTIONS_DIFFER }
