'use strict'

// Differences between an older release of a style and the newest one, which our store follows: 1.x and 3.2.0, 5.x and
// 6.0.0.

const { answerOf, answering, documents, errorOf, eventsOf } = require('./entries.js')

/** Returns the fields of a document in the order in which a server writes them on an upsert. */
function inServersOrder({ _id, ...fields }) {
  return { _id, ...Object.fromEntries(Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1))) }
}

const WRITTEN_BY_TEST = ['odd documents']

const OLDER = [
  {
    why: '1.x calls back without a second argument where 3.2.0 gives undefined',
    in: [1],
    step: /^(get|set|touch) /,
    genuine: (entry) => answerOf(entry)?.length === 1 && answerOf(entry)[0] === null,
    ours: (entry) => answering(entry, eventsOf(entry), null, '<undefined>'),
  },
  {
    why: '1.x calls back without a second argument where 3.2.0 gives undefined, also for ids that are no text',
    in: [1],
    play: 'ids that are none',
    genuine: (entry) => answerOf(entry)?.length === 1 && answerOf(entry)[0] === null,
    ours: (entry) => answering(entry, eventsOf(entry), null, '<undefined>'),
  },
  {
    why: '1.x skips a touch by calling back at once, and gives no promise then',
    in: [1],
    step: /^touch /,
    genuine: (entry) => entry.early && entry.returned === '<undefined>' && answerOf(entry).length === 0,
    ours: (entry) => answering({ ...entry, returned: 'promise' }, [], null, '<undefined>'),
  },
  {
    why: '1.x fails a set by calling back at once, and gives no promise then',
    in: [1],
    step: /^set/,
    genuine: (entry) => entry.early && entry.returned === '<undefined>' && errorOf(entry) !== undefined,
    ours: (entry) => answering({ ...entry, returned: 'promise' }, [], answerOf(entry)[0]),
  },
  {
    why: '1.x emits "touch" from get, 3.2.0 "get"',
    in: [1],
    step: /^(bare )?(get|load)/,
    genuine: (entry) => eventsOf(entry).some(([name]) => name === 'touch'),
    ours: (entry) => ({
      ...entry,
      log: entry.log.map((line) => (line[1] === 'touch' ? ['event', 'get', ...line.slice(2)] : line)),
    }),
  },
  {
    why: '1.x emits "touch" with the id alone, 3.2.0 with the session, too',
    in: [1],
    step: /^(bare )?touch/,
    genuine: (entry) => eventsOf(entry).some(([name, ...values]) => name === 'touch' && values.length === 1),
    ours: (entry, _, actual) => {
      // The comparison with 3.2.0 checks which session this is.
      const [, , , session] = actual.log.find(([, name]) => name === 'touch') ?? []
      return {
        ...entry,
        log: entry.log.map((line) => (line[1] === 'touch' ? [...line, session ?? 'a session'] : line)),
      }
    },
  },
  {
    why: '1.x calls back without a second argument where 3.2.0 gives undefined, also before it is connected',
    in: [1],
    play: 'calls before the connection',
    step: 'answers',
    genuine: ({ value: [set, get] }) => set.length === 1 && get.length === 1,
    ours: (entry) => ({ ...entry, value: entry.value.map(([error, value = '<undefined>']) => [error, value]) }),
  },
  {
    why: 'the promise of the collection that 4.x has is there in every style',
    in: [3, 1],
    play: 'the start',
    step: 'the public promise',
    genuine: (entry) => entry.value === 'undefined',
    ours: (entry) => ({ ...entry, value: 'function' }),
  },
  {
    why: '1.x has no `all`',
    in: [1],
    step: /^(bare )?all/,
    genuine: (entry) => entry.threw?.['<Error>'].name === 'TypeError' && entry.log.length === 0,
    ours: ({ step }, _, actual) => {
      // The comparison with 3.2.0 checks the content of the list.
      const found = actual.settled?.resolved
      const list = Array.isArray(found) ? found : 'a list'
      const answered = answering({ ...actual, step, returned: 'promise' }, [['all', list]], null, list)
      return step.startsWith('bare') ? { ...answered, log: answered.log.slice(0, 1) } : answered
    },
  },
  {
    why: '1.x replaces a document, in its own order of fields; 3.2.0 sets fields, which the server orders',
    in: [1],
    step: /^documents/,
    genuine: (entry) => entry.documents.some((text) => text.includes('"expires":')),
    ours: (entry, { play }) => (WRITTEN_BY_TEST.includes(play) ? entry : documents(entry, inServersOrder)),
  },
  {
    why: '1.x replaces a document, so that fields of others in it are lost',
    in: [1],
    play: 'foreign fields',
    step: /^documents/,
    genuine: (entry) => !entry.documents[0].includes('userId'),
    ours: (entry) =>
      documents(entry, ({ _id, session, expires }) => ({
        _id,
        session,
        expires,
        userId: { $numberInt: '7' },
        createdAt: { $date: '2020-01-01T00:00:00.000Z' },
      })),
  },
  {
    why: '5.x gives no number beside an error of length, 6.0 gives 0',
    in: [5],
    step: 'length',
    genuine: (entry) => errorOf(entry) !== undefined && answerOf(entry).length === 1 && entry.log.length === 1,
    ours: (entry) => answering(entry, [], answerOf(entry)[0], 0),
  },
  {
    why: 'before 6.0, clear drops the collection with its indexes',
    in: [5, 3, 1],
    play: 'clear',
    step: 'indexes',
    genuine: (entry) => entry.indexes.length === 0,
    ours: (entry, { options }) => ({ ...entry, indexes: indexesWith(options) }),
  },
  {
    why: 'before 6.0, clear drops the collection, and nothing makes the index again',
    in: [5, 3, 1],
    play: 'clear',
    step: 'indexes #2',
    genuine: (entry) => entry.indexes.length === 1,
    ours: (entry, { options }) => ({ ...entry, indexes: indexesWith(options) }),
  },
  {
    why: 'before 6.0, clear fails where there is no collection',
    in: [5, 3, 1],
    play: 'clear',
    step: /^clear/,
    genuine: (entry) => errorOf(entry)?.message === 'ns not found',
    ours: (entry, { options, style }) => {
      if (options === 'writeOperationOptions that cannot be met') return answering(entry, [], CONCERN_NOT_MET)
      return answering(entry, [], ...(style === 'modern' ? [null] : [null, true]))
    },
  },
  {
    why: 'the driver of 3.x makes the index without `background`, which servers since 4.2 ignore',
    in: [3, 1],
    step: /^indexes/,
    genuine: (entry) => entry.indexes.some(({ key, background }) => key.expires === 1 && background === undefined),
    ours: (entry) => ({
      ...entry,
      indexes: entry.indexes.map((index) => (index.key.expires === 1 ? TTL_INDEX : index)),
    }),
  },
  {
    why: 'the driver of 3.x calls an error of the server MongoError, the later ones MongoServerError',
    in: [3],
    genuine: (entry) => errorOf(entry)?.name === 'MongoError',
    ours: (entry) => answering(entry, [], { '<Error>': { ...errorOf(entry), name: 'MongoServerError' } }),
  },
]

const ID_INDEX = { key: { _id: 1 }, name: '_id_' }
const TTL_INDEX = { key: { expires: 1 }, name: 'expires_1', background: true, expireAfterSeconds: 0 }
const CONCERN_NOT_MET = {
  '<Error>': { name: 'MongoServerError', message: "cannot use 'w' > 1 when a host is not replicated", code: 2 },
}
const WITHOUT_INDEX = ['autoRemove: interval', 'autoRemove: disabled', 'another autoRemove']

function indexesWith(options) {
  // No write succeeded, so the collection does not exist.
  if (options === 'writeOperationOptions that cannot be met') return []
  return WITHOUT_INDEX.includes(options) ? [ID_INDEX] : [ID_INDEX, TTL_INDEX]
}

module.exports = { OLDER }
