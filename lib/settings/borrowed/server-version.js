'use strict'

// Whether the servers of a live object are too old for the addon's driver, as far as the object has heard of them.

/** The wire version of MongoDB 4.4, the oldest that the addon's driver speaks. */
const OLDEST = 9

/**
 * @param {{client?: object, db?: object}} live
 * @returns {boolean} false also when nothing is known
 */
function isTooOld({ client, db }) {
  const topology = client?.topology ?? db?.s?.topology ?? db?.serverConfig
  const versions = wireVersions(topology).filter((version) => version > 0)
  return versions.length > 0 && Math.min(...versions) < OLDEST
}

function wireVersions(topology) {
  const servers = topology?.s?.description?.servers
  if (servers instanceof Map) return [...servers.values()].map(({ maxWireVersion }) => maxWireVersion)
  // Before the unified topology of version 3.
  const hello = topology?.isMasterDoc ?? lastIsMaster(topology)
  return [hello?.maxWireVersion]
}

function lastIsMaster(topology) {
  try {
    return topology?.lastIsMaster?.()
  } catch {
    // Asked before it was connected, which is no answer.
    return undefined
  }
}

module.exports = { isTooOld }
