// The connections of an application, as its servers count them.

import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { MongoClient } from 'mongodb'

/** @typedef {import('../mongod/server.mjs').Server} Server */

/** @type {{ connectionsOf(client: MongoClient, appName: string): Promise<number> }} */
const { connectionsOf } = createRequire(import.meta.url)('../../__test__/helpers/connections.js')

/** How long the servers may take to notice that connections are closed, in ms. */
const PATIENCE = 30_000
const PAUSE = 500

/**
 * The connections that all servers together have: of the application, when there are none any more or after a while, and
 * of anybody. Members of a replica set also have connections to each other.
 * @param {Server[]} servers
 * @param {string} appName
 */
export async function connectionsLeft(servers, appName) {
  const clients = servers.map(({ uri }) => new MongoClient(uri))
  /** @param {(client: MongoClient) => Promise<number>} count */
  const sum = async (count) => (await Promise.all(clients.map(count))).reduce((total, one) => total + one, 0)
  try {
    for (const deadline = Date.now() + PATIENCE; ; await sleep(PAUSE)) {
      const left = await sum((client) => connectionsOf(client, appName))
      if (left === 0 || Date.now() > deadline) return { left, all: await sum(connectionsOfAll) }
    }
  } finally {
    await Promise.all(clients.map((client) => client.close()))
  }
}

/**
 * All connections of a server.
 * @param {MongoClient} client
 * @returns {Promise<number>}
 */
async function connectionsOfAll(client) {
  const { connections } = await client.db('admin').command({ serverStatus: 1 })
  return connections.current
}
