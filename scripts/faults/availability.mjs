// Measures from outside when the servers themselves took no writes: the time of an election, which no store can be blamed
// for. A client of the `mongodb` package for each member writes a document, again and again, and waits for a majority.

import { setTimeout as sleep } from 'node:timers/promises'
import { MongoClient } from 'mongodb'

/** @typedef {{ from: number, to: number }} Outage by `performance.now()` */

/** Between two attempts on a member, in ms. */
const INTERVAL = 100
/** How long an attempt may take, in ms. */
const LIMIT = 1000
/** What is no outage: the pause between two writes on a busy machine, in ms. */
const SHORT = 500

export class Availability {
  #clients
  #running = true
  /** @type {Promise<void>[]} */
  #loops
  /**
   * The writes that succeeded.
   * @type {Outage[]}
   */
  #writes = []

  /** @param {string[]} hosts the members */
  constructor(hosts) {
    this.#clients = hosts.map(
      (host) =>
        new MongoClient(`mongodb://${host}/availability`, {
          directConnection: true,
          retryWrites: false,
          ...{ connectTimeoutMS: LIMIT, serverSelectionTimeoutMS: LIMIT, socketTimeoutMS: LIMIT },
          ...{ heartbeatFrequencyMS: SHORT, writeConcern: { w: 'majority', wtimeoutMS: LIMIT } },
        }),
    )
    this.#loops = this.#clients.map((client) => this.#watch(client))
  }

  /** @param {MongoClient} client */
  async #watch(client) {
    const collection = client.db().collection('writes')
    while (this.#running) {
      const from = performance.now()
      // A member that is not the primary refuses, and one that is away does not answer.
      const isDone = await collection.updateOne({ n: 0 }, { $inc: { writes: 1 } }, { upsert: true }).then(
        () => true,
        () => false,
      )
      if (isDone) this.#writes.push({ from, to: performance.now() })
      await sleep(INTERVAL)
    }
  }

  /** Ends the measurement. Resolves with the outages. */
  async stop() {
    this.#running = false
    await Promise.all(this.#loops)
    await Promise.all(this.#clients.map((client) => client.close()))
    return outagesBetween(this.#writes)
  }
}

/**
 * The times between writes that are longer than a pause.
 * @param {Outage[]} writes
 */
function outagesBetween(writes) {
  const inOrder = writes.toSorted((one, other) => one.to - other.to)
  return inOrder
    .slice(1)
    .map(({ to }, index) => ({ from: inOrder[index].from, to }))
    .filter(({ from, to }) => to - from > SHORT)
}
