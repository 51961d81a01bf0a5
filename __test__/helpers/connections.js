'use strict'

/** How many connections of clients with this appName the server has. */
async function connectionsOf(client, appName) {
  const connections = await client.db('admin').aggregate([
    { $currentOp: { allUsers: true, idleConnections: true } }, { $match: { appName } },
  ]).toArray()
  return connections.length
}

module.exports = { connectionsOf }
