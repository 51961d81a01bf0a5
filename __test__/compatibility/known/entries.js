'use strict'

// What the table of known differences is written with: questions about an entry of a transcript, and entries made from
// others.

/** The arguments of the callback. */
const answerOf = ({ log }) => log?.find(([kind]) => kind === 'callback')?.slice(1)

const errorOf = (entry) => answerOf(entry)?.[0]?.['<Error>']

const valueOf = (entry) => answerOf(entry)?.[1]

/** The events, each as its name and arguments. */
const eventsOf = ({ log }) => (log ?? []).filter(([kind]) => kind === 'event').map(([, ...event]) => event)

/** The id that an entry's call was made for. */
const sidOf = ({ step }) => step.split(' #')[0].split(' ').slice(1).join(' ')

/**
 * The same call, with these events and then this answer, in a later turn; a promise has the same outcome. Exceptions
 * stay.
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

/** The same call, failing. */
const failing = (entry, name, message) => answering(entry, [], { '<Error>': { name, message } })

/** The same `get`, with this session. */
const getting = (entry, session) => answering(entry, [['get', sidOf(entry)]], null, session)

/** The same `get`, without a session. */
function missing(entry, { style }) {
  return style === 'modern' ? getting(entry, null) : answering(entry, [], null, '<undefined>')
}

/** The same documents after a change to each; one for which `change` gives null is left out. `more` are added. */
function documents(entry, change, more = []) {
  const changed = entry.documents
    .map((text) => JSON.parse(text))
    .map(change)
    .filter(Boolean)
  return { ...entry, documents: [...changed, ...more].map((document) => JSON.stringify(document)).sort() }
}

/** A copy of an object without one of its members. */
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
