'use strict'

// Deliberate differences in how a store handles valid sessions.

const { LATER, LATEST, PAST } = require('../plays.js')
const { answerOf, answering, documents, eventsOf, isObject, valueOf } = require('./entries.js')

const NOT_FOUND = { '<Error>': { name: 'Error', message: 'Unable to find the session to touch' } }

/** Steps that read a session whose document and cookie have different dates, with the date of the document. */
const MOVED = {
  'life/get a #3': LATEST,
  'unacknowledged/get a': LATEST,
  'cookies/get number': LATER,
  'odd documents/get moved': LATEST,
}

/** Returns the document's date in the type of the cookie's date; a number becomes a Date. */
const refreshed = (expires, date) =>
  typeof expires === 'string' ? date.toISOString() : { '<Date>': date.toISOString() }

const HABITS = [
  {
    why: 'no callback is called before its method has returned',
    in: [6, 5],
    genuine: (entry) => entry.early === true,
    ours: ({ early: _, ...entry }) => entry,
  },
  {
    why: 'without a callback, every method gives a promise',
    in: [6, 5],
    play: 'no callback',
    step: /^bare /,
    genuine: (entry) => entry.returned === '<undefined>',
    ours: (entry) => ({
      ...entry,
      returned: 'promise',
      settled: entry.step === 'bare touch z' ? { rejected: NOT_FOUND } : { resolved: '<undefined>' },
    }),
  },
  {
    why: 'the cookie that get gives has the date of the document: touch moves only that one',
    step: /^get /,
    genuine: (entry, { play }) => `${play}/${entry.step}` in MOVED && Boolean(valueOf(entry)?.cookie?.expires),
    ours: (entry, { play }) => {
      const session = valueOf(entry)
      const expires = refreshed(session.cookie.expires, MOVED[`${play}/${entry.step}`])
      return answering(entry, eventsOf(entry), null, { ...session, cookie: { ...session.cookie, expires } })
    },
  },
  {
    why: 'an invalid date in a cookie counts as none, instead of as 1970',
    play: 'a cookie with an invalid date',
    step: 'documents',
    genuine: (entry) => entry.documents[0].includes('1970-01-01'),
    ours: (entry) => documents(entry, (document) => ({ ...document, expires: { $date: 'now + ttl' } })),
  },
  {
    why: 'an invalid date in a cookie counts as none, so that the session lives',
    play: 'a cookie with an invalid date',
    step: 'get a',
    genuine: (entry) => !isObject(valueOf(entry)),
    ours: (entry) => answering(entry, [['get', 'a']], null, { cookie: { expires: 'now + ttl' } }),
  },
  {
    why: 'touch does not revive an expired session: it is not found',
    in: [6, 5],
    play: 'touch of an expired session',
    step: 'touch a',
    genuine: (entry) => answerOf(entry)[0] === null,
    ours: (entry) => answering(entry, [], NOT_FOUND),
  },
  {
    why: 'touch does not revive an expired session: its document stays as it is',
    play: 'touch of an expired session',
    step: 'documents',
    genuine: (entry) => entry.documents[0].includes(`"expires":{"$date":"${LATER.toISOString()}"}`),
    ours: (entry) => documents(entry, (document) => ({ ...document, expires: { $date: PAST.toISOString() } })),
  },
  {
    why: 'writes are always acknowledged, so that a new session is told from a changed one',
    in: [6, 5, 3],
    play: 'unacknowledged',
    step: 'set a',
    genuine: (entry) => eventsOf(entry)[0][0] === 'update',
    ours: (entry) =>
      answering(
        entry,
        [
          ['create', 'a'],
          ['set', 'a'],
        ],
        ...answerOf(entry),
      ),
  },
  {
    why: 'writes are always acknowledged, so that touch knows whether there is a session',
    in: [6, 5],
    play: 'unacknowledged',
    step: 'touch z',
    genuine: (entry) => answerOf(entry)[0] === null,
    ours: (entry) => answering(entry, [], NOT_FOUND),
  },
  {
    why: 'a session stored with ttl 0 is expired when it is touched',
    in: [6, 5],
    play: 'cookies',
    options: 'ttl: 0',
    step: 'touch false',
    genuine: (entry) => answerOf(entry)[0] === null,
    ours: (entry) => answering(entry, [], NOT_FOUND),
  },
  {
    why: 'set leaves lastModified on the live session, which express-session would otherwise see as changed',
    play: 'lastModified',
    step: 'the live session after set',
    genuine: (entry, { options }) => options.includes('touchAfter') && !entry.value.includes('lastModified'),
    ours: (entry) => ({ ...entry, value: [...entry.value, 'lastModified'] }),
  },
  {
    why: 'with touchAfter, touch writes a lastModified that is missing: otherwise each request would write',
    play: 'lastModified',
    step: 'documents #4',
    genuine: (entry, { options }) => options.includes('touchAfter') && !entry.documents[0].includes('lastModified'),
    ours: (entry) => documents(entry, (document) => ({ ...document, lastModified: { $date: 'now' } })),
  },
]

module.exports = { HABITS }
