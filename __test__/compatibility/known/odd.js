'use strict'

// Deliberate differences for invalid input: odd documents, values that are not sessions, and odd ids.

const {
  answerOf,
  answering,
  documents,
  errorOf,
  eventsOf,
  failing,
  getting,
  isObject,
  missing,
  sidOf,
  valueOf,
  without,
} = require('./entries.js')

const AS_TEXT = ['defaults', 'touchAfter']
const AS_OBJECTS = ['stringify: false', 'touchAfter, stringify: false']
const WITH_TOUCH_AFTER = ['touchAfter', 'touchAfter, stringify: false']

const NO_SESSION = ['undefined', 'null']
const PRIMITIVE = ['number', 'text', 'true']
const KIND = { number: 'number', text: 'string', true: 'boolean' }

/** Returns our entry for a stored text that is not a session, by the id of the document. */
function reading(entry, context) {
  switch (sidOf(entry)) {
    case 'bad':
      return failing(entry, 'Error', 'The stored session is not valid JSON')
    case 'none':
      return failing(entry, 'Error', 'The stored document has no session')
    case 'object':
      return getting(entry, { cookie: { path: '/' }, n: 1 })
    case 'nullText':
      return missing(entry, context)
    case 'five':
      return failing(entry, 'Error', 'The stored session is a number, not an object')
    default:
      return getting(entry, JSON.parse(valueOf(entry)))
  }
}

const DOCUMENTS = [
  {
    why: 'errors of unreadable text do not quote it, and a session is read in whichever form it is stored',
    play: 'odd documents',
    options: AS_TEXT,
    step: ['get bad', 'get none', 'get object'],
    genuine: (entry) => errorOf(entry)?.name === 'SyntaxError',
    ours: reading,
  },
  {
    why: 'with stringify: false, sessions that were stored as text are read, instead of being given as text',
    play: 'odd documents',
    options: AS_OBJECTS,
    step: /^get/,
    genuine: (entry) => typeof valueOf(entry) === 'string' && valueOf(entry) !== '<undefined>',
    ours: reading,
  },
  {
    why: 'with stringify: false and touchAfter, sessions that were stored as text are read, instead of failing',
    play: 'odd documents',
    options: 'touchAfter, stringify: false',
    step: ['get modified', 'get modifiedText'],
    genuine: (entry) => errorOf(entry)?.message.startsWith("Cannot create property 'lastModified' on string"),
    ours: (entry) => {
      // The genuine error quotes the whole session.
      const session = JSON.parse(
        errorOf(entry).message.slice("Cannot create property 'lastModified' on string '".length, -1),
      )
      const lastModified = { '<Date>': '2020-01-01T00:00:00.000Z' }
      return getting(entry, entry.step === 'get modified' ? { ...session, lastModified } : session)
    },
  },
  {
    why: 'get never gives a primitive as a session',
    play: 'odd documents',
    step: ['get five', 'get fiveNumber'],
    genuine: (entry) => valueOf(entry) === 5,
    ours: (entry) => failing(entry, 'Error', 'The stored session is a number, not an object'),
  },
  {
    why: 'null, or nothing, in the place of a session counts as no session, so that there is no event',
    in: [3, 1],
    play: 'odd documents',
    step: /^get/,
    genuine: (entry) => [null, '<undefined>'].includes(valueOf(entry)) && eventsOf(entry).length === 1,
    ours: missing,
  },
  {
    why: 'a lastModified that is no date is not put on the session, where touch would fail for it',
    play: 'odd documents',
    options: 'touchAfter',
    step: 'get modifiedText',
    genuine: (entry) => valueOf(entry)?.lastModified === 'yesterday',
    ours: (entry) => getting(entry, without(valueOf(entry), 'lastModified')),
  },
  {
    why: 'all leaves out what cannot be read',
    in: [6, 5, 3],
    play: 'all with a session that cannot be read',
    options: AS_TEXT,
    step: 'all',
    genuine: (entry) => errorOf(entry)?.name === 'SyntaxError',
    ours: (entry) => {
      const readable = {
        cookie: { originalMaxAge: 3600000, expires: '2099-03-04T05:06:07.089Z', httpOnly: true, path: '/' },
        n: 1,
      }
      return answering(entry, [['all', [readable]]], null, [readable])
    },
  },
  {
    why: 'all leaves out what cannot be read, instead of giving it as it is',
    in: [6, 5, 3],
    play: 'all with a session that cannot be read',
    options: AS_OBJECTS,
    step: 'all',
    genuine: (entry) => valueOf(entry).includes('{bad'),
    ours: (entry) => {
      const readable = valueOf(entry).filter(isObject)
      return answering(entry, [['all', readable]], null, readable)
    },
  },
]

const VALUES = [
  {
    why: 'get never gives a primitive as a session',
    play: 'odd sessions',
    options: AS_TEXT,
    step: PRIMITIVE.map((sid) => `get ${sid}`),
    genuine: (entry, { options }) =>
      options === 'defaults'
        ? !isObject(valueOf(entry))
        : errorOf(entry)?.message.startsWith("Cannot create property 'lastModified' on"),
    ours: (entry) => failing(entry, 'Error', `The stored session is a ${KIND[sidOf(entry)]}, not an object`),
  },
  {
    why: 'null in the place of a session is no session, also with touchAfter',
    play: ['odd sessions', 'odd documents'],
    options: WITH_TOUCH_AFTER,
    step: [...NO_SESSION, 'nullText'].map((sid) => `get ${sid}`),
    genuine: (entry) => errorOf(entry)?.message === "Cannot set properties of null (setting 'lastModified')",
    ours: missing,
  },
  {
    why: 'null in the place of a session is no session, so that there is no event',
    in: [3, 1],
    play: 'odd sessions',
    options: 'defaults',
    step: NO_SESSION.map((sid) => `get ${sid}`),
    genuine: (entry) => valueOf(entry) === null && eventsOf(entry).length === 1,
    ours: missing,
  },
  {
    why: 'with stringify: false, set refuses what is no object, instead of storing an empty one or failing by chance',
    play: 'odd sessions',
    options: AS_OBJECTS,
    step: /^set (undefined|null|number|text text|true)$/,
    genuine: (entry) => answerOf(entry)[0] === null || errorOf(entry)?.message.endsWith("(reading 'cookie')"),
    ours: (entry) => {
      const sid = sidOf(entry).split(' ')[0]
      return failing(
        entry,
        'TypeError',
        `set needs a session object, but got ${sid === 'null' ? 'null' : `a ${KIND[sid] ?? sid}`}`,
      )
    },
  },
  {
    why: 'with stringify: false, what is no object was not stored',
    in: [5, 3, 1],
    play: 'odd sessions',
    options: AS_OBJECTS,
    step: [...NO_SESSION, ...PRIMITIVE].map((sid) => `get ${sid}`),
    genuine: (entry) => isObject(valueOf(entry)),
    ours: missing,
  },
  {
    why: 'with stringify: false, what is no object was not stored (6.0 itself refuses null and undefined)',
    in: [6],
    play: 'odd sessions',
    options: AS_OBJECTS,
    step: PRIMITIVE.map((sid) => `get ${sid}`),
    genuine: (entry) => isObject(valueOf(entry)),
    ours: missing,
  },
  {
    why: '6.0 writes `cookie: null` for a session that has none',
    in: [6],
    play: 'odd sessions',
    options: AS_OBJECTS,
    step: ['get list', 'get empty'],
    genuine: (entry) => valueOf(entry).cookie === null,
    ours: (entry) => getting(entry, without(valueOf(entry), 'cookie')),
  },
  {
    why: 'with stringify: false, what is no object was not stored, and a session without a cookie gets none',
    play: 'odd sessions',
    options: AS_OBJECTS,
    step: 'documents',
    genuine: (entry) => entry.documents.length >= 5,
    ours: (entry) =>
      documents(entry, (document) => {
        if ([...NO_SESSION, ...PRIMITIVE].includes(document._id)) return null
        return { ...document, session: without(document.session, 'cookie') }
      }),
  },
]

/** The description of each id in our errors, in the order of the play. */
const IDS = ['of type number', 'null', 'of type undefined', 'of type boolean', 'of type object']

const ODD_IDS = [
  {
    why: 'an id must be text: what is none would be the session of everybody, or a query',
    play: 'ids that are none',
    step: /^(set|get|touch|destroy)( #\d)?$/,
    genuine: (entry) => answerOf(entry)[0] === null && (eventsOf(entry).length > 0 || entry.step.startsWith('get')),
    ours: (entry) => {
      const at = Number(entry.step.split('#')[1] ?? 1) - 1
      return failing(entry, 'TypeError', `The session id must be a string, not ${IDS[at]}`)
    },
  },
  {
    why: 'an id must not be empty',
    play: 'ids that are none',
    step: ['set ', 'get '],
    genuine: (entry) => answerOf(entry)[0] === null,
    ours: (entry) => failing(entry, 'TypeError', 'The session id must not be empty'),
  },
  {
    why: 'a session with such an id is not stored',
    play: 'ids that are none',
    step: 'documents',
    genuine: (entry) => entry.documents.length > 0,
    ours: (entry) => documents(entry, () => null),
  },
]

module.exports = { ODD: [...DOCUMENTS, ...VALUES, ...ODD_IDS] }
