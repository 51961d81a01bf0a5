'use strict'

// Makes the same calls on two stores and compares the results. `record` writes a transcript of what one store does.
// `compare` compares two transcripts and allows for the known differences.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { EJSON } = require('bson')
const { sleep, until } = require('../helpers/wait.js')
const { describe, nameDates } = require('./describe.js')

/** How long to wait for an answer. */
const PATIENCE = 60_000 // ms
/** How long to look for an effect of a call that gives no answer: a write has one, unless it fails. */
const GLIMPSE = { write: 5000, other: 1000 } // ms
const WRITES = ['set', 'touch', 'destroy']
const PAUSE = 20 // ms

const LATE = Symbol('late')

/** Waits for the first line of a log and for any that follow at once. It has a time limit, since no line may come. */
async function glimpse(log, patience) {
  for (const deadline = Date.now() + patience; log.length === 0 && Date.now() < deadline; ) await sleep(PAUSE)
  await sleep(PAUSE)
}

/** Resolves with the value of a promise, or with LATE if it takes too long. */
async function within(milliseconds, promise) {
  let timer
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds, LATE)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Waits for some turns of the event loop, in which a second answer or a late event would arrive. */
async function turns() {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** Returns a subclass whose stores write their events into `journal`, including those of the constructor. */
function recorded(Store) {
  return class extends Store {
    emit(...event) {
      this.journal ??= []
      this.journal.push(['event', ...event.map((value) => describe(value, this.options?.ttl))])
      return super.emit(...event)
    }
  }
}

/** Waits until a store is connected, in the way that its style reports it. */
async function untilConnected(store) {
  if (store.state === 'connecting') await once(store, 'connected')
  else await new Promise((resolve) => store.length(resolve))
}

/** Returns the documents of a collection, each as a canonical extended JSON string, sorted by id. */
async function documentsOf(collection, ttl) {
  const documents = await collection.find({}, { promoteValues: false, promoteLongs: false, bsonRegExp: true }).toArray()
  return documents
    .map((document) => JSON.stringify(nameDates(EJSON.serialize(document, { relaxed: false }), ttl)))
    .sort()
}

async function indexesOf(collection) {
  const indexes = await collection
    .listIndexes()
    .toArray()
    .catch((error) => {
      if (error.codeName === 'NamespaceNotFound') return []
      throw error
    })
  return indexes.map(({ v: _v, ns: _ns, ...index }) => index)
}

/** Describes how a promise settles. */
function outcomeOf(promise, ttl) {
  return promise.then(
    (value) => ({ resolved: describe(value, ttl) }),
    (error) => ({ rejected: describe(error, ttl) }),
  )
}

class Recorder {
  transcript = []
  #counts = new Map()

  /**
   * @param {object} store of a class made by `recorded`
   * @param {object} world
   * @param {object} world.collection the store's collection, opened by an independent driver
   * @param {number} [world.ttl] lifetime of the store's sessions in seconds
   * @param {number} [world.patience] how long to wait for an answer, in milliseconds
   */
  constructor(store, { collection, ttl, patience = PATIENCE }) {
    this.store = store
    this.collection = collection
    this.ttl = ttl
    this.patience = patience
  }

  #begin(label) {
    const count = (this.#counts.get(label) ?? 0) + 1
    this.#counts.set(label, count)
    const entry = { step: count === 1 ? label : `${label} #${count}` }
    this.transcript.push(entry)
    return entry
  }

  /** Calls a method with a callback and resolves with the value that the callback receives. */
  async call(method, ...args) {
    const { entry, log, values } = this.start(method, ...args)
    const answer = await within(this.patience, values)
    if (answer === LATE) log.push(['no answer'])
    await this.#settled(entry, answer === LATE ? 0 : this.patience)
    return answer === LATE ? undefined : answer[1]
  }

  /** Calls a method with a callback that throws on every call. */
  async throwing(method, ...args) {
    const entry = this.#begin([method, ...args.filter((value) => typeof value === 'string')].join(' '))
    const log = []
    Object.assign(entry, { log })
    this.store.journal = log
    this.#invoke(entry, method, [
      ...args,
      (...answer) => {
        log.push(['callback', ...answer.map((value) => describe(value, this.ttl))])
        throw new Error('thrown by the callback')
      },
    ])
    if (!entry.threw) await glimpse(log, this.patience)
    await this.#settled(entry)
  }

  /** Calls a method with a callback, without waiting for the answer. */
  start(method, ...args) {
    const entry = this.#begin([method, ...args.filter((value) => typeof value === 'string')].join(' '))
    const log = []
    Object.assign(entry, { log })
    this.store.journal = log
    let settle
    const values = new Promise((resolve) => {
      settle = resolve
    })
    this.#invoke(entry, method, [
      ...args,
      (...answer) => {
        // The callback ran before the method returned. An application cannot rely on variables that it assigns there.
        if (!('returned' in entry)) entry.early = true
        log.push(['callback', ...answer.map((value) => describe(value, this.ttl))])
        settle(answer)
      },
    ])
    if (entry.threw) settle([])
    return { entry, log, values }
  }

  /** Calls a method without a callback. */
  async bare(method, ...args) {
    const entry = this.#begin(['bare', method, ...args.filter((value) => typeof value === 'string')].join(' '))
    entry.log = []
    this.store.journal = entry.log
    this.#invoke(entry, method, args)
    if (entry.returned !== 'promise' && !entry.threw) {
      await glimpse(entry.log, WRITES.includes(method) ? GLIMPSE.write : GLIMPSE.other)
    }
    await this.#settled(entry)
  }

  #invoke(entry, method, args) {
    try {
      const returned = this.store[method](...args)
      const isPromise = typeof returned?.then === 'function'
      entry.returned = isPromise ? 'promise' : describe(returned, this.ttl)
      if (isPromise) entry.settled = outcomeOf(Promise.resolve(returned), this.ttl)
    } catch (error) {
      entry.threw = describe(error, this.ttl)
    }
  }

  async #settled(entry, patience = this.patience) {
    if (entry.settled) {
      const outcome = await within(patience, entry.settled)
      entry.settled = outcome === LATE ? 'never' : outcome
    }
    await turns()
  }

  /** Adds a value to the transcript. */
  note(label, value) {
    this.#begin(label).value = describe(value, this.ttl)
  }

  /** Removes an event that has no fixed place from the transcript, and returns how often it occurred. */
  take(event) {
    let count = 0
    for (const { log } of this.transcript.filter((entry) => entry.log)) {
      const others = log.filter(([kind, name]) => kind !== 'event' || name !== event)
      count += log.length - others.length
      log.splice(0, log.length, ...others)
    }
    return count
  }

  /** Adds the documents of the collection to the transcript. */
  async documents() {
    this.#begin('documents').documents = await documentsOf(this.collection, this.ttl)
  }

  async indexes() {
    const step = this.#begin('indexes')
    // A store makes its index beside its operations, and the collection with it: without one, wait for that.
    for (let left = 60; left >= 0; left--) {
      step.indexes = await indexesOf(this.collection)
      if (step.indexes.length > 0) return
      await sleep(50)
    }
  }

  /** Inserts documents into the collection behind the store's back. */
  async seed(...documents) {
    await this.collection.insertMany(documents)
  }

  /** Waits until a document matches the filter. Use it for unacknowledged writes. */
  async holds(filter) {
    await until(`a document ${JSON.stringify(filter)}`, async () => (await this.collection.countDocuments(filter)) > 0)
  }

  /** Changes the document at this position, in the order of storage, behind the store's back. */
  async change(at, update) {
    const [document] = await this.collection.find({}, { sort: { $natural: 1 }, skip: at, limit: 1 }).toArray()
    if (document) await this.collection.updateOne({ _id: document._id }, update)
  }
}

/** Runs `play` on a store and resolves with the transcript. */
async function record(store, play, world) {
  const recorder = new Recorder(store, world)
  const methods = Object.fromEntries(
    ['call', 'start', 'bare', 'throwing', 'note', 'take', 'documents', 'indexes', 'seed', 'holds', 'change'].map(
      (name) => [name, (...args) => recorder[name](...args)],
    ),
  )
  await play({ ...methods, store })
  for (const entry of recorder.transcript) if (entry.settled) entry.settled = await entry.settled
  return recorder.transcript
}

/**
 * Asserts that our transcript equals the genuine one, except for known differences.
 * @param {object[]} genuine
 * @param {object[]} ours
 * @param {(genuine: object, ours: object) => object} [expected] maps a genuine entry to our expected one
 */
function compare(genuine, ours, expected = (entry) => entry) {
  assert.deepEqual(
    ours.map(({ step }) => step),
    genuine.map(({ step }) => step),
    'the same steps',
  )
  const failures = []
  for (const [at, entry] of genuine.entries()) {
    const wanted = expected(entry, ours[at])
    try {
      assert.deepEqual(ours[at], wanted)
    } catch {
      failures.push(
        [
          `step "${entry.step}"`,
          ...[
            ['genuine', entry],
            ['wanted', wanted],
            ['ours', ours[at]],
          ].map(([who, value]) => `  ${who.padEnd(7)} ${JSON.stringify(value)}`),
        ].join('\n'),
      )
    }
  }
  if (failures.length > 0) assert.fail(`the stores differ:\n${failures.join('\n')}`)
}

module.exports = { record, recorded, compare, untilConnected }
