'use strict'

// Finds out whether the servers of a given object are too old for the addon's driver, as far as the object knows.

const { types } = require('node:util')
const { callIfThere } = require('../../common/given.js')

/** @import { Client, Db, Hello, Topology } from './shape.js' */

/** The wire version of MongoDB 4.4, the oldest that the addon's driver supports. */
const OLDEST = 9

/**
 * @param {{client?: Client, db?: Db}} live
 * @returns {boolean} also false if nothing is known
 */
function isTooOld({ client, db }) {
  const topology = client?.topology ?? db?.s?.topology ?? db?.serverConfig
  const versions = hellosOf(topology).map((hello) => hello?.maxWireVersion ?? 0)
  const known = versions.filter((version) => version > 0)
  return known.length > 0 && Math.min(...known) < OLDEST
}

/**
 * @param {Topology | undefined} topology
 * @returns {(Hello | undefined)[]}
 */
function hellosOf(topology) {
  const servers = topology?.s?.description?.servers
  if (types.isMap(servers)) return [...servers.values()]
  // Before the unified topology of version 3.
  return [topology?.isMasterDoc ?? lastHello(topology)]
}

/** @param {Topology | undefined} topology */
function lastHello(topology) {
  try {
    return callIfThere(topology, 'lastIsMaster')
  } catch {
    // This throws before the connection is open.
    return undefined
  }
}

module.exports = { isTooOld }
