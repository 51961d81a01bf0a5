// MongoDB for a run: the servers, what goes wrong with them, and what the run asks them past the store.

import { setTimeout as sleep } from 'node:timers/promises'
import { MongoClient } from 'mongodb'
import { connectionString, withDatabase } from '../mongod/uri.mjs'
import { LIMIT } from './availability.mjs'
import { letFail } from './faults.mjs'
import { startServers } from './servers.mjs'
import { COMMON } from './subjects.mjs'

/** @typedef {import('./faults.mjs').Course} Course */
/**
 * @template T
 * @typedef {import('./faults.mjs').Kind<T>} Kind
 */
/** @typedef {import('./servers.mjs').Servers} Servers */

const DATABASE = 'faults'
/** How often a writer looks for its server, in ms. */
const HEARTBEAT = 500
/** The round trip of a slow network, in ms. */
const FAR = 200

/**
 * What goes wrong, by the names for the command line.
 * @type {Record<string, Kind<Servers>>}
 */
export const KINDS = {
  kill: {
    name: 'kill -9 of the primary',
    async cause({ set }, ms) {
      const primary = await set.primary()
      await primary.kill('SIGKILL')
      await sleep(ms)
      await primary.restart()
    },
  },
  'step-down': {
    name: 'step-down',
    cause: ({ set }) => set.stepDown(),
  },
  pause: {
    name: 'primary stopped (SIGSTOP)',
    isLong: true,
    async cause({ set }, ms) {
      const primary = await set.primary()
      await primary.kill('SIGSTOP')
      await sleep(ms)
      await primary.kill('SIGCONT')
    },
  },
  cut: {
    name: 'primary cut off from the network',
    async cause({ set, proxyOf, reconnect }, ms) {
      proxyOf(await set.primary()).swallow()
      await sleep(ms)
      reconnect()
    },
  },
  isolate: {
    name: 'primary cut off from the other members only',
    async cause({ set, isolate, reconnect }, ms) {
      isolate(await set.primary())
      await sleep(ms)
      reconnect()
    },
  },
  majority: {
    name: 'majority lost and found',
    async cause({ set }, ms) {
      const others = await set.secondaries()
      await Promise.all(others.map((member) => member.kill('SIGKILL')))
      await sleep(ms)
      await Promise.all(others.map((member) => member.restart()))
    },
  },
  slow: {
    name: `network with a round trip of ${FAR} ms`,
    isSlow: true,
    async cause({ proxies, reconnect }, ms) {
      for (const proxy of proxies) proxy.slow(FAR / 2)
      await sleep(ms)
      reconnect()
    },
  },
  resync: {
    name: 'secondary restarted without its data',
    async cause({ set }) {
      const [member] = await set.secondaries()
      await member.empty()
      await member.restart()
    },
  },
}

/**
 * Starts the servers.
 * @param {import('./subjects.mjs').Subject} subject the store that will use them
 */
export async function startMongo({ concerns }) {
  const servers = await startServers()
  const { hosts, name, uri } = servers.set
  return {
    /**
     * @param {string[]} faults
     * @param {Course} course
     */
    letFail: (faults, course) => letFail(servers, { ...course, kinds: faults.map((fault) => KINDS[fault]) }),
    /** What the store is opened with. */
    url: withDatabase(connectionString({ hosts, options: { replicaSet: name, ...COMMON, ...concerns } }), DATABASE),
    writers: () => hosts.map(writerTo),
    /** The stored value of each session. */
    stored: () => storedIn(withDatabase(uri, DATABASE)),
    stop: () => servers.stop(),
  }
}

/**
 * Writes to a member, and waits for a majority.
 * @param {string} host
 * @returns {import('./availability.mjs').Writer}
 */
function writerTo(host) {
  const client = new MongoClient(`mongodb://${host}/availability`, {
    directConnection: true,
    retryWrites: false,
    ...{ connectTimeoutMS: LIMIT, serverSelectionTimeoutMS: LIMIT, socketTimeoutMS: LIMIT },
    ...{ heartbeatFrequencyMS: HEARTBEAT, writeConcern: { w: 'majority', wtimeoutMS: LIMIT } },
  })
  const collection = client.db().collection('writes')
  return {
    write: () => collection.updateOne({ n: 0 }, { $inc: { writes: 1 } }, { upsert: true }),
    close: () => client.close(),
  }
}

/** @param {string} url */
async function storedIn(url) {
  const client = new MongoClient(url, { readConcernLevel: 'majority' })
  try {
    const documents = await client.db().collection('sessions').find().toArray()
    return new Map(documents.map(({ _id, session }) => [String(_id), String(JSON.parse(session).value)]))
  } finally {
    await client.close()
  }
}
