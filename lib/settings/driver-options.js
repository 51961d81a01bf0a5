'use strict'

// Every option that the npm package `mongodb` (1.4 to 7) or mongoose's `connect` ever had, and what the store does with it.
// This is data only: `merge-options.js` acts on it, and the table in docs/options.md is generated from it.

const { LOGS, carried, gone, group, refused } = require('./fates.js')
const { TLS_OPTIONS, isOfTlsOnly } = require('./tls-options.js')

/** @typedef {{name: string, tlsOnly: boolean} & import('./fates.js').Fate} DriverOption */

const RECONNECTS = 'the store always reconnects'
const VALUES = 'it does not change how sessions are read and written'
const SOCKETS = 'the addon configures its own sockets'
const INTERNAL = 'it concerns the internals of the driver'
const MODELS = 'it concerns mongoose models'
const PROXY = 'the addon does not support proxies'

/**
 * By name: the versions of the driver that have the option (m: mongoose), and what becomes of it. Names are
 * case-insensitive.
 * @type {import('./fates.js').Options}
 */
const OPTIONS = {
  // Who and where
  appName: ['3-7', carried('appName')],
  appname: ['2 3', carried('appName')],
  auth: ['1-7', carried('the user and the password')],
  user: ['3 m', carried('the user')],
  pass: ['m', carried('the password')],
  password: ['3', carried('the password')],
  authMechanism: ['1-7', carried('authMechanism')],
  authMechanismProperties: ['2-7', carried('authMechanismProperties')],
  authSource: ['1-7', carried('authSource')],
  authdb: ['1', carried('authSource')],
  gssapiServiceName: ['1-3', carried('authMechanismProperties')],
  dbName: ['3-7 m', carried('the database')],
  directConnection: ['3-7', carried('directConnection')],
  loadBalanced: ['4-7', carried('loadBalanced')],
  replicaSet: ['2-7', carried('replicaSet')],
  rs_name: ['1 2', carried('replicaSet')],
  replicaSetName: ['1', carried('replicaSet')],
  srvMaxHosts: ['4-7', carried('srvMaxHosts')],
  srvServiceName: ['4-7', carried('srvServiceName')],
  serverApi: ['3-7', carried('serverApiVersion', 'serverApiStrict', 'serverApiDeprecationErrors')],

  // Reading and writing
  readConcern: ['2-7', carried('readConcernLevel')],
  readConcernLevel: ['2-7', carried('readConcernLevel')],
  readPreference: ['1-7', carried('readPreference', 'readPreferenceTags', 'maxStalenessSeconds')],
  read_preference: ['1 2', carried('readPreference')],
  readPreferenceTags: ['2-7', carried('readPreferenceTags')],
  read_preference_tags: ['1 2', carried('readPreferenceTags')],
  maxStalenessSeconds: ['2-7', carried('maxStalenessSeconds')],
  slaveOk: ['1 2', carried('readPreference')],
  slave_ok: ['1 2', carried('readPreference')],
  readSecondary: ['1 2', carried('readPreference')],
  read_secondary: ['1 2', carried('readPreference')],
  writeConcern: ['3-7', carried('w', 'journal', 'wTimeoutMS')],
  w: ['1-7', carried('w')],
  j: ['1-7', carried('journal')],
  journal: ['1-7', carried('journal')],
  fsync: ['1-7', carried('journal')],
  wtimeout: ['1-7', carried('wTimeoutMS')],
  wtimeoutMS: ['2-7', carried('wTimeoutMS')],
  safe: ['1 2', carried('w')],
  retryReads: ['3-7', carried('retryReads')],
  retryWrites: ['3-7', carried('retryWrites')],
  enableOverloadRetargeting: ['7', carried('enableOverloadRetargeting')],
  maxAdaptiveRetries: ['7', carried('maxAdaptiveRetries')],

  // Connections and times
  maxPoolSize: ['3-7', carried('maxPoolSize')],
  poolSize: ['1-3', carried('maxPoolSize')],
  minPoolSize: ['3-7', carried('minPoolSize')],
  minSize: ['3', carried('minPoolSize')],
  maxConnecting: ['4-7', carried('maxConnecting')],
  maxIdleTimeMS: ['3-7', carried('maxIdleTimeMS')],
  connectTimeoutMS: ['1-7', carried('connectTimeoutMS')],
  socketTimeoutMS: ['1-7', carried('socketTimeoutMS')],
  serverSelectionTimeoutMS: ['3-7', carried('serverSelectionTimeoutMS')],
  timeoutMS: ['6 7', carried('timeoutMS')],
  heartbeatFrequencyMS: ['3-7', carried('heartbeatFrequencyMS')],
  haInterval: ['1-3', carried('heartbeatFrequencyMS')],
  localThresholdMS: ['3-7', carried('localThresholdMS')],
  secondaryAcceptableLatencyMS: ['1-3', carried('localThresholdMS')],
  acceptableLatencyMS: ['1-3', carried('localThresholdMS')],
  serverMonitoringMode: ['6 7', carried('serverMonitoringMode')],
  compressors: ['4-7', carried('compressors')],
  compression: ['3', carried('compressors', 'zlibCompressionLevel')],
  zlibCompressionLevel: ['3-7', carried('zlibCompressionLevel')],

  ...TLS_OPTIONS,

  // Only the `mongodb` package can do these
  autoEncryption: ['3-7', refused('the addon has no client-side encryption')],
  lookup: ['4-7', refused('the operating system resolves host names')],
  hints: ['4-7', gone('the operating system resolves host names')],
  localAddress: ['4-7', refused('the operating system chooses the local address')],
  localPort: ['4-7', refused('the operating system chooses the local address')],
  proxyHost: ['4-7', refused(PROXY)],
  proxyPort: ['4-7', refused(PROXY)],
  proxyUsername: ['4-7', refused(PROXY)],
  proxyPassword: ['4-7', refused(PROXY)],
  srvHostValidator: ['7', refused('the hosts of an SRV record must be in its domain')],
  srvAllowedHostsSuffix: ['7', refused('the hosts of an SRV record must be in its domain')],
  connectionType: ['4-7', refused('the addon makes its own connections')],
  srvPoller: ['4-7', refused('the store looks up SRV records itself')],
  runtimeAdapters: ['7', refused('the addon does not use modules of Node.js')],

  // Older forms
  server: ['1-3', group],
  replSet: ['1-3', group],
  replset: ['2 3', group],
  replSetServers: ['1', group],
  mongos: ['1-3', group],
  db: ['1-3', group],
  socketOptions: ['1-3', group],
  config: ['m', gone(MODELS)],

  // No longer needed
  useNewUrlParser: ['3-6 m', gone('there is only one parser')],
  useUnifiedTopology: ['3-6 m', gone('there is only one way to monitor servers')],
  uri_decode_auth: ['1', gone('credentials in a connection string must be percent-encoded')],
  auto_reconnect: ['1-3', gone(RECONNECTS)],
  autoReconnect: ['2 3', gone(RECONNECTS)],
  reconnectTries: ['2 3', gone(RECONNECTS)],
  reconnectInterval: ['2 3', gone(RECONNECTS)],
  reconnectWait: ['1 2', gone(RECONNECTS)],
  retries: ['1 2', gone(RECONNECTS)],
  numberOfRetries: ['1-3', gone(RECONNECTS)],
  retryMiliSeconds: ['1-3', gone(RECONNECTS)],
  retryMilliSeconds: ['1', gone(RECONNECTS)],
  ha: ['1-3', gone(RECONNECTS)],
  connectWithNoPrimary: ['1-3', gone('the store is ready at once; each operation waits for the server that it needs')],
  connectArbiter: ['1', gone('the addon monitors all members')],
  strategy: ['1 2', gone('the addon uses the nearest servers; see `localThresholdMS`')],
  bufferMaxEntries: ['1-3 m', gone('up to 65,536 operations may wait')],
  bufferCommands: ['m', gone('operations wait for a server; see `timeoutMS`')],
  bufferTimeoutMS: ['m', gone('operations wait for a server; see `timeoutMS`')],
  waitQueueTimeoutMS: ['3-7', gone('waiting counts as part of the operation; see `timeoutMS`')],
  waitQueueMultiple: ['3', gone('operations share connections')],
  minHeartbeatFrequencyMS: ['3-7', gone('it is always 500')],
  serverSelectionTryOnce: ['3', gone('the store looks for a server until `serverSelectionTimeoutMS` has passed')],
  useRecoveryToken: ['3', gone('the store uses no transactions')],
  keepAlive: ['1-5', gone(SOCKETS)],
  keepAliveInitialDelay: ['2-7', gone(SOCKETS)],
  noDelay: ['1-7', gone(SOCKETS)],
  family: ['2-7', gone('the addon tries every address of a host')],
  autoSelectFamily: ['6 7', gone('the addon tries every address of a host')],
  autoSelectFamilyAttemptTimeout: ['6 7', gone('the addon tries every address of a host')],
  timeout: ['1', gone(SOCKETS)],
  emitError: ['2 3', gone('each operation reports its own error')],
  monitoring: ['2 3', gone('the addon always monitors the servers')],
  monitorCommands: ['3-7', gone('the addon emits no command events')],
  logger: ['1-4', gone(LOGS)],
  loggerLevel: ['2-4', gone(LOGS)],
  recordQueryStats: ['1', gone(LOGS)],
  debug: ['2 3', gone(LOGS)],
  mongodbLogComponentSeverities: ['6 7', gone(LOGS)],
  mongodbLogMaxDocumentLength: ['6 7', gone(LOGS)],
  mongodbLogPath: ['6 7', gone(LOGS)],
  domainsEnabled: ['2 3', gone('callbacks run in the async context of their call')],
  promiseLibrary: ['2-4 m', gone('the store uses native promises')],
  driverInfo: ['3-7', gone('the addon sends its own name to the server')],
  name: ['4-7', gone('the addon sends its own name to the server')],
  bsonRegExp: ['3-7', gone(VALUES)],
  checkKeys: ['4-7', gone(VALUES)],
  enableUtf8Validation: ['4-7', gone(VALUES)],
  fieldsAsRaw: ['4-7', gone(VALUES)],
  forceServerObjectId: ['1-7', gone(VALUES)],
  ignoreUndefined: ['2-7', gone(VALUES)],
  index: ['4-7', gone(VALUES)],
  minInternalBufferSize: ['4-7', gone(VALUES)],
  pkFactory: ['1-7', gone('the `_id` of a session is its id; see `transformId`')],
  promoteBuffers: ['2-7', gone(VALUES)],
  promoteLongs: ['1-7', gone(VALUES)],
  promoteValues: ['2-7', gone(VALUES)],
  raw: ['1-7', gone(VALUES)],
  serializeFunctions: ['1-7', gone(VALUES)],
  useBigInt64: ['5-7', gone(VALUES)],
  uuidRepresentation: ['3', gone(VALUES)],
  disableDriverBSONSizeCheck: ['1', gone(VALUES)],
  native_parser: ['1-3', gone(VALUES)],
  nativeParser: ['1 2', gone(VALUES)],
  store: ['2', gone(INTERNAL)],
  parentDb: ['2 3', gone(INTERNAL)],
  noListener: ['2 3', gone(INTERNAL)],
  noDbName: ['1', gone(INTERNAL)],
  nodbname: ['3', gone(INTERNAL)],
  validateOptions: ['2 3', gone('the store always checks its options')],
  __skipPingOnConnect: ['6 7', gone('the store is ready at once')],
  adaptiveRetries: ['7', gone('the store has its own retries; see `timeoutMS`')],
  autoCreate: ['m', gone(MODELS)],
  autoIndex: ['m', gone(MODELS)],
  autoSearchIndex: ['m', gone(MODELS)],
  sanitizeFilter: ['m', gone(MODELS)],
  useCreateIndex: ['m', gone(MODELS)],
  useFindAndModify: ['m', gone(MODELS)],
  useMongoClient: ['m', gone('there is only one way to connect')],
}

const BY_LOWER_NAME = new Map(
  Object.entries(OPTIONS).map(([name, [, fate]]) => [
    name.toLowerCase(),
    { name, ...fate, tlsOnly: isOfTlsOnly(name) },
  ]),
)

/**
 * Looks up an option.
 * @param {string} name in any case
 * @returns {DriverOption | undefined} undefined for an option that no driver has
 */
function optionOf(name) {
  return BY_LOWER_NAME.get(name.toLowerCase())
}

module.exports = { OPTIONS, optionOf }
