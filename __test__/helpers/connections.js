'use strict'

// The server's view of a client's connections.

/** The number of server connections of clients with this appName. */
async function connectionsOf(client, appName) {
  const connections = await client
    .db('admin')
    .aggregate([{ $currentOp: { allUsers: true, idleConnections: true } }, { $match: { appName } }])
    .toArray()
  return connections.length
}

/** Whether the server still executes a command of a client with this appName. Monitoring commands don't count. */
async function isAtWork(client, appName) {
  const commands = await client
    .db('admin')
    .aggregate([
      { $currentOp: { allUsers: true } },
      {
        $match: { appName, active: true, 'command.hello': { $exists: false }, 'command.isMaster': { $exists: false } },
      },
    ])
    .toArray()
  return commands.length > 0
}

module.exports = { connectionsOf, isAtWork }
