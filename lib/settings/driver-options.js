'use strict'

// Every option that a client of the npm package `mongodb` (1.4 to 7) or mongoose's `connect` has ever taken, and what
// becomes of it here. Data only: `connection-string.js` acts by it, and the table in docs/options.md is made from it.

/** What the connection string of the addon can say, and the kind of each value. */
const PARAMETERS = {
  appName: 'text',
  authMechanism: 'text',
  authMechanismProperties: 'text',
  authSource: 'text',
  compressors: 'text',
  connectTimeoutMS: 'integer',
  directConnection: 'boolean',
  enableOverloadRetargeting: 'boolean',
  heartbeatFrequencyMS: 'integer',
  journal: 'boolean',
  loadBalanced: 'boolean',
  localThresholdMS: 'integer',
  maxAdaptiveRetries: 'integer',
  maxConnecting: 'integer',
  maxIdleTimeMS: 'integer',
  maxPoolSize: 'integer',
  maxStalenessSeconds: 'integer',
  minPoolSize: 'integer',
  readConcernLevel: 'text',
  readPreference: 'text',
  readPreferenceTags: 'text',
  replicaSet: 'text',
  retryReads: 'boolean',
  retryWrites: 'boolean',
  serverApiDeprecationErrors: 'boolean',
  serverApiStrict: 'boolean',
  serverApiVersion: 'text',
  serverMonitoringMode: 'text',
  serverSelectionTimeoutMS: 'integer',
  socketTimeoutMS: 'integer',
  srvMaxHosts: 'integer',
  srvServiceName: 'text',
  timeoutMS: 'integer',
  tls: 'boolean',
  tlsAllowInvalidCertificates: 'boolean',
  tlsCAFile: 'text',
  tlsCertificateKeyFile: 'text',
  tlsCertificateKeyFilePassword: 'text',
  tlsInsecure: 'boolean',
  w: 'text',
  wTimeoutMS: 'integer',
  zlibCompressionLevel: 'integer',
}

const carried = (...to) => ({ to })
const gone = (why) => ({ gone: why })
/** Refused unless `harmless` says that this value asks for nothing; `ask` says in the table which values those are. */
const refused = (why, ask, harmless) => ({ refused: why, ask, harmless })
/** An object of options, each of which is read as if it stood outside. */
const group = { group: true }

const RECONNECTS = 'servers that come back are found by themselves'
const VALUES = 'sessions are read and written by the store, in the same form whatever this says'
const SOCKETS = 'the addon sets its sockets itself'
const NAMELESS = 'nothing is left that it would change'
const LOGS = 'the store has process warnings and `stats()` instead'
const OWN_CLIENT = 'give the `client` of your own `mongodb` package instead'
const MONGOOSE = 'concerns models of mongoose'
const TLS_LAYER = 'the addon has a TLS of its own, which takes certificates and keys only'
const PROXY = `the addon connects directly: ${OWN_CLIENT}`

/** By name: the drivers that know it (m: mongoose), and what becomes of it. Names are compared without their case. */
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

  // TLS; without effect when the connection has none
  tls: ['3-7', carried('tls')],
  ssl: ['1-7', carried('tls')],
  tlsInsecure: ['3-7', carried('tlsInsecure')],
  tlsAllowInvalidCertificates: ['3-7', carried('tlsAllowInvalidCertificates')],
  rejectUnauthorized: ['2-7', carried('tlsAllowInvalidCertificates')],
  sslValidate: ['1-5', carried('tlsAllowInvalidCertificates')],
  tlsCAFile: ['3-7', carried('tlsCAFile')],
  ca: ['2-7', carried('tlsCAFile')],
  sslCA: ['1-5', carried('tlsCAFile')],
  tlsCertificateKeyFile: ['3-7', carried('tlsCertificateKeyFile')],
  tlsCertificateFile: ['3-5', carried('tlsCertificateKeyFile')],
  cert: ['2-7', carried('tlsCertificateKeyFile')],
  key: ['2-7', carried('tlsCertificateKeyFile')],
  sslCert: ['1-5', carried('tlsCertificateKeyFile')],
  sslKey: ['1-5', carried('tlsCertificateKeyFile')],
  tlsCertificateKeyFilePassword: ['3-7', carried('tlsCertificateKeyFilePassword')],
  passphrase: ['2-7', carried('tlsCertificateKeyFilePassword')],
  sslPass: ['1-5', carried('tlsCertificateKeyFilePassword')],
  tlsAllowInvalidHostnames: [
    '3-7',
    refused(
      'a certificate is checked with its host name or not at all: name the host in the certificate, or set tlsInsecure',
      'false',
      isFalse,
    ),
  ],
  checkServerIdentity: [
    '2-7',
    refused(
      `the addon checks host names by its own rules: ${OWN_CLIENT}`,
      'true',
      (value) => value === true || value === 'true',
    ),
  ],
  pfx: [
    '4-7',
    refused(
      'give tlsCertificateKeyFile instead, a PEM file that `openssl pkcs12 -in client.pfx -out client.pem` makes of it',
    ),
  ],
  tlsCRLFile: ['6 7', refused(`revocation lists are not looked at: ${OWN_CLIENT}`)],
  crl: ['2-7', refused(`revocation lists are not looked at: ${OWN_CLIENT}`)],
  sslCRL: ['2-5', refused(`revocation lists are not looked at: ${OWN_CLIENT}`)],
  servername: ['2-7', refused(`the name in the certificate must be the host's: ${OWN_CLIENT}`)],
  secureContext: ['4-7', refused(`${TLS_LAYER}: give ca, cert and key`)],
  ciphers: ['2-7', refused(`${TLS_LAYER}: leave it out`)],
  ecdhCurve: ['2-7', refused(`${TLS_LAYER}: leave it out`, 'auto', (value) => value === 'auto')],
  secureProtocol: [
    '4-7',
    refused(`TLS 1.2 and 1.3 are spoken: leave it out`, 'TLS_method', (value) => value === 'TLS_method'),
  ],
  minDHSize: ['4-7', refused(`${TLS_LAYER}: leave it out`)],
  pskCallback: ['4-7', refused(`${TLS_LAYER}: ${OWN_CLIENT}`)],
  ALPNProtocols: ['4-7', refused(`${TLS_LAYER}: leave it out`)],
  allowPartialTrustChain: ['6 7', refused(`a chain must end at a trusted root: ${OWN_CLIENT}`, 'false', isFalse)],
  requestOCSP: ['4-7', refused(`${TLS_LAYER}: leave it out`, 'false', isFalse)],
  session: ['4-7', gone('sessions of TLS are resumed by the addon itself')],
  requestCert: ['4-7', gone('concerns servers')],
  SNICallback: ['4-7', gone('concerns servers')],
  enableTrace: ['4-7', gone(LOGS)],

  // Ways that only the application's own client can go
  autoEncryption: ['3-7', refused(`the addon does not encrypt fields: ${OWN_CLIENT}`)],
  lookup: ['4-7', refused(`the addon asks the system for addresses: ${OWN_CLIENT}`)],
  hints: ['4-7', gone('the addon asks the system for addresses')],
  localAddress: ['4-7', refused(`the system chooses the way out: ${OWN_CLIENT}`)],
  localPort: ['4-7', refused(`the system chooses the way out: ${OWN_CLIENT}`)],
  proxyHost: ['4-7', refused(PROXY)],
  proxyPort: ['4-7', refused(PROXY)],
  proxyUsername: ['4-7', refused(PROXY)],
  proxyPassword: ['4-7', refused(PROXY)],
  srvHostValidator: ['7', refused(`hosts must be of the domain that was asked for: ${OWN_CLIENT}`)],
  srvAllowedHostsSuffix: ['7', refused(`hosts must be of the domain that was asked for: ${OWN_CLIENT}`)],
  connectionType: ['4-7', refused(`connections are the addon's: ${OWN_CLIENT}`)],
  srvPoller: ['4-7', refused(`the addon asks the name service itself: ${OWN_CLIENT}`)],
  runtimeAdapters: ['7', refused(`the addon does not run on JavaScript: ${OWN_CLIENT}`)],

  // Forms of old
  server: ['1-3', group],
  replSet: ['1-3', group],
  replset: ['2 3', group],
  replSetServers: ['1', group],
  mongos: ['1-3', group],
  db: ['1-3', group],
  socketOptions: ['1-3', group],
  config: ['m', gone(MONGOOSE)],

  // Nothing to do any more
  useNewUrlParser: ['3-6 m', gone('there is one parser')],
  useUnifiedTopology: ['3-6 m', gone('there is one way to follow servers')],
  uri_decode_auth: ['1', gone('credentials in a connection string are always percent-encoded')],
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
  connectWithNoPrimary: [
    '1-3',
    gone('the store is there at once, and an operation waits for the server that it needs'),
  ],
  connectArbiter: ['1', gone(RECONNECTS)],
  strategy: ['1 2', gone('the nearest servers are taken, see localThresholdMS')],
  bufferMaxEntries: ['1-3 m', gone('65,536 operations may wait')],
  bufferCommands: ['m', gone('operations wait for a server, see timeoutMS')],
  bufferTimeoutMS: ['m', gone('operations wait for a server, see timeoutMS')],
  waitQueueTimeoutMS: ['3-7', gone('waiting counts as part of the operation, see timeoutMS')],
  waitQueueMultiple: ['3', gone('operations share connections')],
  minHeartbeatFrequencyMS: ['3-7', gone('it is 500')],
  serverSelectionTryOnce: ['3', gone('servers are looked for until serverSelectionTimeoutMS is over')],
  useRecoveryToken: ['3', gone('the store has no transactions')],
  keepAlive: ['1-5', gone(SOCKETS)],
  keepAliveInitialDelay: ['2-7', gone(SOCKETS)],
  noDelay: ['1-7', gone(SOCKETS)],
  family: ['2-7', gone('all addresses of a host are tried')],
  autoSelectFamily: ['6 7', gone('all addresses of a host are tried')],
  autoSelectFamilyAttemptTimeout: ['6 7', gone('all addresses of a host are tried')],
  timeout: ['1', gone(SOCKETS)],
  emitError: ['2 3', gone('errors come with the operations')],
  monitoring: ['2 3', gone('servers are always followed')],
  monitorCommands: ['3-7', gone('commands of the addon have no events')],
  logger: ['1-4', gone(LOGS)],
  loggerLevel: ['2-4', gone(LOGS)],
  recordQueryStats: ['1', gone(LOGS)],
  debug: ['2 3', gone(LOGS)],
  mongodbLogComponentSeverities: ['6 7', gone(LOGS)],
  mongodbLogMaxDocumentLength: ['6 7', gone(LOGS)],
  mongodbLogPath: ['6 7', gone(LOGS)],
  domainsEnabled: ['2 3', gone('callbacks run in the asynchronous context of their call')],
  promiseLibrary: ['2-4 m', gone('promises are those of the language')],
  driverInfo: ['3-7', gone('the addon tells the server its own name')],
  name: ['4-7', gone('the addon tells the server its own name')],
  bsonRegExp: ['3-7', gone(VALUES)],
  checkKeys: ['4-7', gone(VALUES)],
  enableUtf8Validation: ['4-7', gone(VALUES)],
  fieldsAsRaw: ['4-7', gone(VALUES)],
  forceServerObjectId: ['1-7', gone(VALUES)],
  ignoreUndefined: ['2-7', gone(VALUES)],
  index: ['4-7', gone(VALUES)],
  minInternalBufferSize: ['4-7', gone(VALUES)],
  pkFactory: ['1-7', gone('the `_id` of a session is its id, see transformId')],
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
  store: ['2', gone(NAMELESS)],
  parentDb: ['2 3', gone(NAMELESS)],
  noListener: ['2 3', gone(NAMELESS)],
  noDbName: ['1', gone(NAMELESS)],
  nodbname: ['3', gone(NAMELESS)],
  validateOptions: ['2 3', gone('options are always checked')],
  __skipPingOnConnect: ['6 7', gone('the store is there at once')],
  adaptiveRetries: ['7', gone('the store tries again by itself, see timeoutMS')],
  autoCreate: ['m', gone(MONGOOSE)],
  autoIndex: ['m', gone(MONGOOSE)],
  autoSearchIndex: ['m', gone(MONGOOSE)],
  sanitizeFilter: ['m', gone(MONGOOSE)],
  useCreateIndex: ['m', gone(MONGOOSE)],
  useFindAndModify: ['m', gone(MONGOOSE)],
  useMongoClient: ['m', gone('there is one way to connect')],
}

function isFalse(value) {
  return value === false || value === 'false'
}

/** Options that only say how TLS is done: of no concern to a connection without. */
const TLS_ONLY = new Set([
  'tlsInsecure',
  'tlsAllowInvalidCertificates',
  'rejectUnauthorized',
  'sslValidate',
  'tlsCAFile',
  'ca',
  'sslCA',
  'tlsCertificateKeyFile',
  'tlsCertificateFile',
  'cert',
  'key',
  'sslCert',
  'sslKey',
  'tlsCertificateKeyFilePassword',
  'passphrase',
  'sslPass',
  'tlsAllowInvalidHostnames',
  'checkServerIdentity',
  'pfx',
  'tlsCRLFile',
  'crl',
  'sslCRL',
  'servername',
  'secureContext',
  'ciphers',
  'ecdhCurve',
  'secureProtocol',
  'minDHSize',
  'pskCallback',
  'ALPNProtocols',
  'allowPartialTrustChain',
  'requestOCSP',
])

const BY_LOWER_NAME = new Map(
  Object.entries(OPTIONS).map(([name, [, fate]]) => [
    name.toLowerCase(),
    { name, ...fate, tlsOnly: TLS_ONLY.has(name) },
  ]),
)

/**
 * What is known of an option.
 * @param {string} name in any case
 * @returns {{name: string, to?: string[], gone?: string, refused?: string, harmless?: Function, group?: true, tlsOnly: boolean} | undefined}
 */
function optionOf(name) {
  return BY_LOWER_NAME.get(name.toLowerCase())
}

module.exports = { OPTIONS, PARAMETERS, optionOf }
