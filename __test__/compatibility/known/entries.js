'use strict'

// Helpers for the table of known differences: some query an entry of a transcript, others derive an entry from another.

/** Returns the arguments of the callback. */
const answerOf = ({ log }) => log?.find(([kind]) => kind === 'callback')?.slice(1)

const errorOf = (entry) => answerOf(entry)?.[0]?.['<Error>']

const valueOf = (entry) => answerOf(entry)?.[1]

/** Returns the events, each as an array of its name and arguments. */
const eventsOf = ({ log }) => (log ?? []).filter(([kind]) => kind === 'event').map(([, ...event]) => event)

/** Returns the session id of an entry's call. */
const sidOf = ({ step }) => step.split(' #')[0].split(' ').slice(1).join(' ')

/**
 * Returns the same call with these events, followed by this answer in a later turn. A promise has the same outcome.
 * Exceptions remain.
 */
function answering({ step, returned, log = [] }, events, ...answer) {
  const [error, value] = answer
  const thrown = log.filter(([kind]) => kind === 'uncaught')
  const entry = {
    step,
    log: [...events.map((event) => ['event', ...event]), ['callback', ...answer], ...thrown],
    returned,
  }
  if (returned === 'promise')
    entry.settled = error ? { rejected: error } : { resolved: answer.length > 1 ? value : '<undefined>' }
  return entry
}

/** Returns the same call with a failure. */
const failing = (entry, name, message) => answering(entry, [], { '<Error>': { name, message } })

/** Returns the same `get` with this session. */
const getting = (entry, session) => answering(entry, [['get', sidOf(entry)]], null, session)

/** Returns the same `get` without a session. */
function missing(entry, { style }) {
  return style === 'modern' ? getting(entry, null) : answering(entry, [], null, '<undefined>')
}

/** Applies `change` to each document, drops those for which it returns null, and adds the documents in `more`. */
function documents(entry, change, more = []) {
  const changed = entry.documents
    .map((text) => JSON.parse(text))
    .map(change)
    .filter(Boolean)
  return { ...entry, documents: [...changed, ...more].map((document) => JSON.stringify(document)).sort() }
}

/** Returns a copy of an object without one of its members. */
function without(object, name) {
  const copy = { ...object }
  delete copy[name]
  return copy
}

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value)

module.exports = {
  answerOf,
  errorOf,
  valueOf,
  eventsOf,
  sidOf,
  answering,
  failing,
  getting,
  missing,
  documents,
  without,
  isObject,
}
