'use strict'

// What the server knows of a client's connections.

/** How many connections of clients with this appName the server has. */
async function connectionsOf(client, appName) {
  const connections = await client
    .db('admin')
    .aggregate([{ $currentOp: { allUsers: true, idleConnections: true } }, { $match: { appName } }])
    .toArray()
  return connections.length
}

/** Whether the server still carries out a command of a client with this appName, other than those that monitor it. */
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
