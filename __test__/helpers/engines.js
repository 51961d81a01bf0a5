'use strict'

// Other engines that speak MongoDB's protocol, emulated: a real mongod behind a proxy that describes itself, and refuses, as
// their documentation, their source code, or people who reported it say. Nothing here has been compared with the engines.

const { Int32 } = require('mongodb')
const { startAlteredServer } = require('./altered-server.js')

/** The wire versions of MongoDB 5.0 and 7.0. */
const WIRE = { 5: new Int32(13), 7: new Int32(21) }

/** https://github.com/animir/node-rate-limiter-flexible/issues/206 */
const COSMOS_TTL = {
  code: 2,
  codeName: 'BadValue',
  errmsg: "The 'expireAfterSeconds' option is supported on '_ts' field only.",
}
/** https://github.com/microsoft/vscode-cosmosdb/issues/1343 */
const COSMOS_NUMBERS = {
  code: 2,
  codeName: 'BadValue',
  errmsg:
    'Retryable writes are not supported. Please disable retryable writes by specifying "retrywrites=false" in the connection string or an equivalent driver specific config.',
}
/** https://github.com/MicrosoftDocs/azure-docs/issues/69351 */
const COSMOS_RATE = {
  code: 16_500,
  errmsg:
    "Error=16500, RetryAfterMs=8, Details='Response status code does not indicate success: TooManyRequests (429); Substatus: 3200; Reason: (Request rate is large)",
}
/** The commands that are throttled here. */
const THROTTLED = ['find', 'update', 'delete', 'aggregate']
/** https://docs.aws.amazon.com/documentdb/latest/developerguide/functional-differences.html#functional-differences.retryable-writes */
const DOCUMENTDB_NUMBERS = { code: 301, errmsg: 'Retryable writes are not supported' }
/** https://github.com/FerretDB/FerretDB/blob/v1.24.0/internal/handler/msg_createindexes.go */
const FERRETDB_TTL = {
  code: 238,
  codeName: 'NotImplemented',
  errmsg: 'Index option "expireAfterSeconds" is not implemented yet',
}

/**
 * Each engine:
 *
 * - `title`: its name, for the tables of the documentation;
 * - `members`: how many members the replica set behind it has, since it takes transaction numbers; default: a standalone server;
 * - `hello(hello, host)`: its hello, made from MongoDB's;
 * - `answer(name)`: its reply to a command that it does not carry out;
 * - `refusals`: its errors for transaction `numbers`, and for a `ttlIndex` on `expires`, if it refuses them.
 */
const ENGINES = {
  // https://github.com/mongodb/laravel-mongodb/issues/1492
  'azure-cosmos-db': {
    title: 'Azure Cosmos DB for MongoDB (RU)',
    hello: (hello, host) => ({ ...member(hello, host, 'globaldb'), maxWriteBatchSize: new Int32(1000) }),
    refusals: { numbers: COSMOS_NUMBERS, ttlIndex: COSMOS_TTL },
  },
  // https://docs.aws.amazon.com/documentdb/latest/developerguide/functional-differences.html
  'amazon-documentdb': {
    title: 'Amazon DocumentDB 5.0',
    hello: (hello, host) => ({ ...member(hello, host, 'rs0'), maxWireVersion: WIRE[5] }),
    refusals: { numbers: DOCUMENTDB_NUMBERS },
  },
  // https://github.com/documentdb/documentdb/blob/main/pg_documentdb_gw/documentdb_gateway_core/src/processor/ismaster.rs
  'azure-documentdb': {
    title: 'Azure DocumentDB (Cosmos DB vCore)',
    members: 1,
    hello: (hello) => ({ ...router(hello), internal: { documentdb_versions: ['0.117.0'], kind: '' } }),
  },
  // https://github.com/FerretDB/FerretDB/blob/v1.24.0/internal/handler/msg_hello.go
  'ferretdb-1': {
    title: 'FerretDB 1',
    hello: (hello) => ({ ...withoutSessions(hello), maxWireVersion: WIRE[7] }),
    refusals: { ttlIndex: FERRETDB_TTL },
  },
  'ferretdb-1-set': {
    title: 'FerretDB 1 with --repl-set-name',
    hello: (hello, host) => ({ ...withoutSessions(member(hello, host, 'rs0')), maxWireVersion: WIRE[7] }),
    refusals: { ttlIndex: FERRETDB_TTL },
  },
  // https://github.com/FerretDB/FerretDB/blob/main/internal/handler/msg_hello.go
  'ferretdb-2': { title: 'FerretDB 2', hello: (hello) => ({ ...hello, maxWireVersion: WIRE[7] }) },
  // https://www.mongodb.com/docs/manual/reference/command/hello/#sharded-instances
  mongos: { title: 'Sharded cluster (mongos)', members: 1, hello: router },
}

/** What only a member of a replica set has in its hello. */
const MEMBER_FIELDS = ['setName', 'setVersion', 'hosts', 'primary', 'me', 'secondary', 'electionId', 'lastWrite']

/** The hello of the only member of a replica set. */
function member(hello, host, setName) {
  return { ...hello, setName, setVersion: new Int32(1), hosts: [host], primary: host, me: host, secondary: false }
}

/** The hello of a router, made from that of a member of a replica set. */
function router(hello) {
  return { ...without(hello, ...MEMBER_FIELDS), msg: 'isdbgrid' }
}

function withoutSessions(hello) {
  return without(hello, 'logicalSessionTimeoutMinutes')
}

function without(document, ...names) {
  return Object.fromEntries(Object.entries(document).filter(([name]) => !names.includes(name)))
}

/** The error by which an engine refuses a command; undefined if it does not. */
function refusalOf({ numbers, ttlIndex } = {}, name, { indexes, txnNumber }) {
  if (txnNumber !== undefined) return numbers
  const isTtl =
    name === 'createIndexes' && indexes.some(({ key, expireAfterSeconds }) => key.expires && expireAfterSeconds)
  return isTtl ? ttlIndex : undefined
}

/**
 * Starts an engine in front of a server, e.g. "127.0.0.1:27017", which is of the kind that its profile asks for. Resolves with
 *
 * - `host`, and `close()`;
 * - `sent`: the commands that it got, as `{ name, isNumbered }`;
 * - `throttle(count, { byStatement })`: it throttles so many of the commands to come, as a whole or each statement of a write.
 */
async function startEngine(profile, host) {
  const sent = []
  let throttled = 0
  let isByStatement = false
  const server = await startAlteredServer(host, { alter: profile.hello, answer })
  return {
    ...server,
    sent,
    throttle(count, { byStatement = false } = {}) {
      throttled = count
      isByStatement = byStatement
    },
  }

  function answer(command) {
    const [name] = Object.keys(command)
    sent.push({ name, isNumbered: command.txnNumber !== undefined })
    const own = profile.answer?.(name) ?? failed(refusalOf(profile.refusals, name, command))
    if (own || throttled === 0 || !THROTTLED.includes(name)) return own
    throttled -= 1
    const statements = command.updates ?? command.deletes
    if (!isByStatement || !statements) return failed(COSMOS_RATE)
    return { ok: 1, n: 0, nModified: 0, writeErrors: statements.map((_, index) => ({ index, ...COSMOS_RATE })) }
  }
}

/** The reply to a command that failed as a whole. */
const failed = (error) => error && { ok: 0, ...error }

module.exports = { ENGINES, startEngine }
