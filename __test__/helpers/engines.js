'use strict'

// Other engines that speak MongoDB's protocol, emulated: a real mongod behind a proxy that describes itself, and refuses, as
// their documentation, their source code, or people who reported it say. Nothing here has been compared with the engines.

const { Int32 } = require('mongodb')
const { startAlteredServer } = require('./altered-server.js')

/** The commands that Azure Cosmos DB throttles here. */
const THROTTLED = ['find', 'update', 'delete', 'aggregate']

const COSMOS_RETRYABLE =
  'Retryable writes are not supported. Please disable retryable writes by specifying "retrywrites=false" in the connection string or an equivalent driver specific config.'
const COSMOS_TTL = "The 'expireAfterSeconds' option is supported on '_ts' field only."
const FERRETDB_TTL = 'Index option "expireAfterSeconds" is not implemented yet'
/** https://github.com/MicrosoftDocs/azure-docs/issues/69351 */
const COSMOS_RATE =
  "Error=16500, RetryAfterMs=8, Details='Response status code does not indicate success: TooManyRequests (429); Substatus: 3200; Reason: (Request rate is large)"

/**
 * Each engine:
 *
 * - `title`: its name, for the tables of the documentation;
 * - `members`: how many members the replica set behind it has, since it takes transaction numbers; default: a standalone server;
 * - `hello(hello, host)`: its hello, made from MongoDB's;
 * - `refusal(command, name)`: its refusal of a command, where MongoDB does not refuse it.
 */
const ENGINES = {
  // hello: https://github.com/mongodb/laravel-mongodb/issues/1492; retryable writes:
  // https://github.com/microsoft/vscode-cosmosdb/issues/1343; TTL index:
  // https://github.com/animir/node-rate-limiter-flexible/issues/206
  cosmos: {
    title: 'Azure Cosmos DB for MongoDB (RU)',
    hello: (hello, host) => ({
      ...member(hello, host, 'globaldb'),
      maxWriteBatchSize: new Int32(1000),
    }),
    refusal: (command, name) =>
      refusalOfNumbers(command, 2, 'BadValue', COSMOS_RETRYABLE) ??
      refusalOfTtl(command, name, 'expires', 2, 'BadValue', COSMOS_TTL),
  },
  // https://docs.aws.amazon.com/documentdb/latest/developerguide/functional-differences.html#functional-differences.retryable-writes
  documentdb: {
    title: 'Amazon DocumentDB 5.0',
    hello: (hello, host) => ({ ...member(hello, host, 'rs0'), maxWireVersion: new Int32(13) }),
    refusal: (command) => refusalOfNumbers(command, 301, undefined, 'Retryable writes are not supported'),
  },
  // https://github.com/documentdb/documentdb/blob/main/pg_documentdb_gw/documentdb_gateway_core/src/processor/ismaster.rs
  azureDocumentdb: {
    title: 'Azure DocumentDB (Cosmos DB vCore), DocumentDB',
    members: 1,
    hello: (hello) => ({ ...router(hello), internal: { documentdb_versions: ['0.117.0'], kind: '' } }),
  },
  // https://github.com/FerretDB/FerretDB/blob/v1.24.0/internal/handler/msg_hello.go and msg_createindexes.go
  ferretdb1: {
    title: 'FerretDB 1',
    hello: (hello) => withoutSessions({ ...hello, maxWireVersion: new Int32(21) }),
    refusal: (command, name) => refusalOfTtl(command, name, 'expires', 238, 'NotImplemented', FERRETDB_TTL),
  },
  // With `--repl-set-name`.
  ferretdb1Set: {
    title: 'FerretDB 1 with a name of a replica set',
    hello: (hello, host) => withoutSessions({ ...member(hello, host, 'rs0'), maxWireVersion: new Int32(21) }),
    refusal: (command, name) => refusalOfTtl(command, name, 'expires', 238, 'NotImplemented', FERRETDB_TTL),
  },
  // https://github.com/FerretDB/FerretDB/blob/main/internal/handler/msg_hello.go
  ferretdb2: {
    title: 'FerretDB 2',
    hello: (hello) => ({ ...hello, maxWireVersion: new Int32(21) }),
  },
  // https://www.mongodb.com/docs/manual/reference/command/hello/#sharded-instances
  mongos: { title: 'A sharded cluster (mongos)', members: 1, hello: router },
}

/** The hello of the only member of a replica set. */
function member(hello, host, setName) {
  return { ...hello, setName, setVersion: new Int32(1), hosts: [host], primary: host, me: host, secondary: false }
}

/** The hello of a router, made from that of a member of a replica set. */
function router(hello) {
  const { setName, setVersion, hosts, primary, me, secondary, electionId, lastWrite, ...others } = hello
  return { ...others, msg: 'isdbgrid' }
}

function withoutSessions({ logicalSessionTimeoutMinutes, ...others }) {
  return others
}

function refusalOfNumbers({ txnNumber }, code, codeName, errmsg) {
  return txnNumber === undefined ? undefined : { ok: 0, errmsg, code, ...(codeName && { codeName }) }
}

function refusalOfTtl({ indexes }, name, field, code, codeName, errmsg) {
  const isTtl = name === 'createIndexes' && indexes.some((index) => index.expireAfterSeconds && field in index.key)
  return isTtl ? { ok: 0, errmsg, code, codeName } : undefined
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
    const refusal = profile.refusal?.(command, name)
    if (refusal) return refusal
    if (throttled === 0 || !THROTTLED.includes(name)) return undefined
    throttled -= 1
    const statements = command.updates ?? command.deletes
    const error = { code: 16_500, errmsg: COSMOS_RATE }
    if (!isByStatement || !statements) return { ok: 0, ...error, codeName: 'RequestRateTooLarge' }
    return { ok: 1, n: 0, nModified: 0, writeErrors: statements.map((_, index) => ({ index, ...error })) }
  }
}

module.exports = { ENGINES, startEngine }
