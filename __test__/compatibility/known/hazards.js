'use strict'

// Deliberate differences in how a store handles mistakes: exceptions in callbacks and listeners, and calls without a
// callback, without a session, after close or without a server.

const { person } = require('../plays.js')
const { answerOf, answering, errorOf, eventsOf, missing, valueOf } = require('./entries.js')

const SESSION = JSON.parse(JSON.stringify(person(1)))
const error = (name, message) => ({ '<Error>': { name, message } })

const NO_SESSION = error('TypeError', 'touch needs a session')
const NOT_FOUND = error('Error', 'Unable to find the session to touch')
const CLOSED = error('MongoNotConnectedError', 'Client must be connected before running operations')
const NO_SERVER = error('MongoServerSelectionError', 'connect ECONNREFUSED 127.0.0.1:9')

/** The engine's error for a session that contains itself. */
function circleError() {
  const session = person(1)
  session.session = session
  try {
    return JSON.stringify(session)
  } catch ({ name, message }) {
    return error(name, message)
  }
}

const uncaught = ({ log }) => log.filter(([kind]) => kind === 'uncaught')
const caught = ({ log }) => log.filter(([kind]) => kind !== 'uncaught')

/** Returns a call without a callback that returned a promise with this outcome. */
const promised = ({ step }, settled, log = []) => ({ step, log, returned: 'promise', settled })

const OUTCOMES = {
  'bare get a': { resolved: SESSION },
  'bare get z': { resolved: null },
  'bare all': { resolved: [SESSION] },
  'bare length': { resolved: 1 },
}

/** Returns the arguments that a method passes to its callback on success. */
function success(method, style) {
  if (method === 'get') return [null, SESSION]
  if (style === 'modern') return [null]
  return [null, method === 'destroy' ? true : '<undefined>']
}

const HAZARDS_DIFFER = [
  {
    why: 'without a callback, readers give a promise, instead of an exception',
    in: [6, 5],
    play: 'readers without a callback',
    step: /^bare/,
    genuine: (entry) => uncaught(entry)[0]?.[1]['<Error>'].message === 'callback is not a function',
    ours: (entry) => promised(entry, OUTCOMES[entry.step], caught(entry)),
  },
  {
    why: 'without a callback, a set that fails gives a rejected promise, instead of nothing (in 1.x: an exception)',
    in: [6, 5, 1],
    play: 'writers that fail without a callback',
    step: 'bare set a',
    genuine: (entry) =>
      entry.returned === '<undefined>' || entry.threw['<Error>'].message === 'callback is not a function',
    ours: (entry) => promised(entry, { rejected: circleError() }),
  },
  {
    why: 'without a callback, a touch that fails gives a rejected promise, instead of nothing (up to 3.x: an exception)',
    play: 'writers that fail without a callback',
    step: 'bare touch a',
    genuine: (entry) => entry.returned === '<undefined>' || entry.threw['<Error>'].name === 'TypeError',
    ours: (entry) => promised(entry, { rejected: NO_SESSION }),
  },
  {
    why: 'a callback that throws is not called a second time',
    in: [6, 5, 3],
    play: 'a callback that throws',
    genuine: ({ log }) => log.filter(([kind]) => kind === 'callback').length === 2,
    ours: (entry) => {
      const second = entry.log.findLastIndex(([kind]) => kind === 'callback')
      return { ...entry, log: entry.log.filter((_, at) => at !== second) }
    },
  },
  {
    why: 'what a listener throws is not the error of the operation, which has been done',
    play: 'a listener that throws',
    genuine: (entry) => errorOf(entry)?.message.startsWith('thrown by the listener of '),
    ours: (entry, { style }) => {
      const [method] = entry.step.split(' ')
      const answered = answering(entry, eventsOf(entry), ...success(method, style))
      return {
        ...answered,
        log: [...answered.log, ['uncaught', error('Error', `thrown by the listener of ${method}`)]],
      }
    },
  },
  {
    why: 'touch without a session fails with an error that says so, given to the callback (up to 3.x: thrown)',
    play: 'touch without a session',
    step: ['touch a', 'touch a #2'],
    genuine: (entry) => (entry.threw?.['<Error>'] ?? errorOf(entry)).message.endsWith("(reading 'lastModified')"),
    ours: (entry, { style }) =>
      answering({ ...entry, returned: style === 'modern' ? '<undefined>' : 'promise' }, [], NO_SESSION),
  },
  {
    why: 'a lastModified that is no date does not count, instead of failing',
    play: 'touch without a session',
    step: 'touch a #3',
    genuine: (entry) =>
      (entry.threw?.['<Error>'] ?? errorOf(entry)).message === 'session.lastModified.getTime is not a function',
    ours: (entry, { style }) =>
      style === 'modern'
        ? answering(entry, [], NOT_FOUND)
        : answering(
            { ...entry, returned: 'promise' },
            [['touch', 'a', { lastModified: 'yesterday' }]],
            null,
            '<undefined>',
          ),
  },
  {
    why: 'set refuses a callback in the place of the session, instead of storing null',
    play: 'a callback in the place of the session',
    step: 'bare set a',
    genuine: (entry) => eventsOf(entry)[0][0] === 'create',
    ours: (entry) => promised(entry, { rejected: error('TypeError', 'set needs a session, but got a function') }),
  },
  {
    why: 'set refused a callback in the place of the session, so that there is none',
    in: [3, 1],
    play: 'a callback in the place of the session',
    step: 'get a',
    genuine: (entry) => valueOf(entry) === null && eventsOf(entry).length === 1,
    ours: missing,
  },
  {
    why: 'load tells its callback that there is no cookie, as it came to be in 3.x to 6.x, instead of throwing',
    in: [1],
    play: 'load of a session without a cookie',
    step: 'load a',
    genuine: (entry) => uncaught(entry).length === 1 && answerOf(entry) === undefined,
    ours: (entry) => answering({ ...entry, log: [] }, eventsOf(entry), uncaught(entry)[0][1]),
  },
  {
    why: 'close may be called at once: the rest of the start fails nobody (up to 3.x, such a close does nothing)',
    play: 'close at once',
    step: 'bare close',
    genuine: (entry, { style }) =>
      style === 'modern' ? entry.returned === 'promise' : entry.returned === '<undefined>',
    ours: (entry) => promised(entry, { resolved: '<undefined>' }),
  },
  {
    why: 'after close, calls fail with the error of a client that is not connected (up to 3.x, close at once does nothing)',
    play: 'close at once',
    step: 'get a',
    genuine: (entry, { style }) =>
      style === 'modern' ? errorOf(entry) !== undefined : valueOf(entry) === '<undefined>',
    ours: (entry) => answering({ ...entry, log: [] }, [], CLOSED),
  },
  {
    why: '1.x gives nothing from close',
    in: [1],
    play: 'close, and calls after it',
    step: /^bare close/,
    genuine: (entry) => entry.returned === '<undefined>',
    ours: (entry) => promised(entry, { resolved: '<undefined>' }),
  },
  {
    why: 'after close, calls fail with the error of the newer drivers',
    in: [3, 1],
    play: 'close, and calls after it',
    genuine: (entry) => /^(topology|server instance pool) (is closed|was destroyed)/i.test(errorOf(entry)?.message),
    ours: (entry) => answering(entry, [], CLOSED),
  },
  {
    why: 'up to 3.x, a connection that fails is an uncaught exception, and the calls that wait are never answered',
    in: [3, 1],
    play: 'no server',
    step: ['get a', 'length'],
    genuine: (entry) => entry.settled === 'never' && (uncaught(entry).length === 1 || entry.step === 'length'),
    ours: (entry) => answering({ ...entry, log: [] }, [], NO_SERVER),
  },
  {
    why: 'close succeeds also where there was no connection',
    play: 'no server',
    step: 'bare close',
    genuine: (entry) => entry.returned === '<undefined>' || entry.settled.rejected !== undefined,
    ours: (entry) => promised(entry, { resolved: '<undefined>' }),
  },
]

module.exports = { HAZARDS_DIFFER }
