'use strict'

// Inserts a document with text that is not valid UTF-8. No driver does this, so the command is encoded by hand.

const { once } = require('node:events')
const { connect } = require('node:net')
const { BSON } = require('mongodb')

const OP_MSG = 2013
const MARK = '\u0001MARK\u0001'

/**
 * Inserts a document and replaces each `MARK` in its text by `bytes`.
 * @param {import('mongodb').Collection} collection of a client without credentials
 * @param {object} document
 * @param {Buffer} bytes as many as `MARK` has characters
 */
async function insertRaw(collection, document, bytes) {
  const command = { insert: collection.collectionName, documents: [document], $db: collection.dbName }
  const body = Buffer.from(BSON.serialize(command))
  for (let at = body.indexOf(MARK); at >= 0; at = body.indexOf(MARK)) bytes.copy(body, at)

  const header = Buffer.alloc(21) // length, request, response to, operation, flags, kind of section
  header.writeInt32LE(header.length + body.length, 0)
  header.writeInt32LE(1, 4)
  header.writeInt32LE(OP_MSG, 12)
  const [{ host, port }] = collection.db?.client?.options.hosts ?? collection.client.options.hosts
  const socket = connect(port, host)
  socket.write(Buffer.concat([header, body]))
  const [reply] = await once(socket, 'data')
  socket.destroy()
  const { ok, n } = BSON.deserialize(reply.subarray(header.length))
  if (ok !== 1 || n !== 1) throw new Error('The server did not take the document')
}

module.exports = { insertRaw, MARK }
