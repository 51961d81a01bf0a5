'use strict'

// The settings of a client of version 4 and later, whose `options` are complete before it connects.

const { fromParts, withOptions } = require('../connection-string.js')

/** Options that are carried over as they are. */
const CARRIED = [
  'appName',
  'ca',
  'cert',
  'compressors',
  'connectTimeoutMS',
  'heartbeatFrequencyMS',
  'key',
  'localThresholdMS',
  'maxConnecting',
  'maxIdleTimeMS',
  'maxPoolSize',
  'minPoolSize',
  'passphrase',
  'readConcern',
  'readPreference',
  'replicaSet',
  'retryReads',
  'retryWrites',
  'serverApi',
  'serverMonitoringMode',
  'serverSelectionTimeoutMS',
  'socketTimeoutMS',
  'timeoutMS',
  'tls',
  'tlsCAFile',
  'tlsCertificateKeyFile',
  'tlsCertificateKeyFilePassword',
  'writeConcern',
  'zlibCompressionLevel',
]

/** Options that only the client itself can follow: they change who is connected to, how safely, or what is stored. */
const OBSTACLES = {
  autoEncryption: 'client-side encryption (autoEncryption)',
  lookup: 'a lookup function of its own',
  proxyHost: 'a proxy (proxyHost)',
  secureContext: 'a secureContext',
  pfx: 'pfx certificates',
  crl: 'a list of revoked certificates (crl)',
  tlsCRLFile: 'a list of revoked certificates (tlsCRLFile)',
  pskCallback: 'a pskCallback',
  servername: 'a servername of its own',
  localAddress: 'a localAddress',
  ciphers: 'a choice of ciphers',
  secureProtocol: 'a choice of TLS versions',
  ecdhCurve: 'a choice of ecdhCurve',
}
/** Mechanisms that the addon speaks. */
const MECHANISMS = ['DEFAULT', 'MONGODB-CR', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'MONGODB-X509', 'PLAIN']
/** What the driver itself takes when nothing is said: the store's own defaults make fewer connections. */
const DEFAULTS = { maxPoolSize: 100, serverMonitoringMode: 'auto' }

/**
 * @param {object} options of the client
 * @returns {string} the connection string
 * @throws {TypeError} that tells what can't be carried over
 */
function readModern(options) {
  const { credentials, hosts, srvHost, dbName } = options
  const insecure = options.rejectUnauthorized === false
  refuseObstacles(options, insecure)

  const carried = {}
  for (const name of CARRIED) if (options[name] !== undefined && options[name] !== null) carried[name] = options[name]
  // The name of a file stays in the options beside its content, which then is no other than the file's.
  if (options.tlsCAFile) delete carried.ca
  if (options.tlsCertificateKeyFile) for (const name of ['cert', 'key', 'passphrase']) delete carried[name]
  // A directConnection to several hosts is refused even when it is false.
  for (const name of ['directConnection', 'loadBalanced']) if (options[name]) carried[name] = true
  for (const [name, value] of Object.entries(DEFAULTS)) if (carried[name] === value) delete carried[name]
  if (!options.compressors?.includes('zlib')) delete carried.zlibCompressionLevel
  if (options.tls && insecure) carried.tlsAllowInvalidCertificates = true
  const { username: user, password } = credentials ?? {}
  if (credentials) {
    carried.authSource = credentials.source
    if (!['DEFAULT', 'MONGODB-CR'].includes(credentials.mechanism ?? 'DEFAULT'))
      carried.authMechanism = credentials.mechanism
  }
  if (srvHost) {
    // The hosts in the options are those that were found at the last look-up.
    const auth = user ? { auth: { username: user, password } } : {}
    return withOptions(`mongodb+srv://${srvHost}/${encodeURIComponent(dbName ?? '')}`, { ...carried, ...auth })
  }
  return fromParts({
    hosts: hosts.map((host) => host.socketPath ?? String(host)),
    user: user || undefined,
    password: password || undefined,
    database: dbName,
    options: carried,
  })
}

function refuseObstacles(options, insecure) {
  for (const [name, what] of Object.entries(OBSTACLES)) if (options[name]) throw new TypeError(`it has ${what}`)
  if (typeof options.checkServerIdentity === 'function' && options.tls && !insecure) {
    throw new TypeError('it checks the names in certificates in a way of its own (checkServerIdentity)')
  }
  const mechanism = options.credentials?.mechanism ?? 'DEFAULT'
  if (!MECHANISMS.includes(mechanism)) throw new TypeError(`it authenticates by ${mechanism}`)
}

module.exports = { readModern, MECHANISMS }
