'use strict'

// The wire protocol, as far as a server between a client and MongoDB needs it:
// https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/

const { BSON } = require('mongodb')

const OP_REPLY = 1
const OP_MSG = 2013
/** The number of bytes before the first document of a message. */
const HEADERS = { [OP_REPLY]: 36, [OP_MSG]: 21 }

/** Calls `take` with each whole message that a socket receives. */
function eachMessage(socket, take) {
  // Parts of a large message, put together when they are complete.
  let parts = []
  let bytes = 0
  let wanted = 0
  socket.on('data', (chunk) => {
    parts.push(chunk)
    bytes += chunk.length
    if (bytes < wanted) return
    let rest = Buffer.concat(parts)
    while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
      const length = rest.readInt32LE(0)
      take(rest.subarray(0, length))
      rest = rest.subarray(length)
    }
    parts = [rest]
    bytes = rest.length
    wanted = rest.length >= 4 ? rest.readInt32LE(0) : 0
  })
}

/** Where the first document of a message is: `[start, end]`; undefined for messages of another kind. */
function placeOf(message) {
  const start = HEADERS[message.readInt32LE(12)]
  return start === undefined ? undefined : [start, start + message.readInt32LE(start)]
}

/** The first document of a message, which is a whole command or reply but for its long lists; undefined if there is none. */
function documentOf(message) {
  const place = placeOf(message)
  return place && BSON.deserialize(message.subarray(...place), { promoteValues: false })
}

/** The message with another document in the place of its first one. */
function withDocument(message, document) {
  const [start, end] = placeOf(message)
  const changed = Buffer.concat([message.subarray(0, start), BSON.serialize(document), message.subarray(end)])
  changed.writeInt32LE(changed.length, 0)
  return changed
}

/** The message that answers a request with a document. */
function replyTo(request, document) {
  const head = Buffer.alloc(HEADERS[OP_MSG])
  request.copy(head, 8, 4, 8)
  head.writeInt32LE(OP_MSG, 12)
  const reply = Buffer.concat([head, BSON.serialize(document)])
  reply.writeInt32LE(reply.length, 0)
  return reply
}

module.exports = { documentOf, eachMessage, replyTo, withDocument }
