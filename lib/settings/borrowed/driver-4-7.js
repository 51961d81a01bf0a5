'use strict'

// Reads the settings of a client of version 4 and later, whose `options` are complete before it connects.

const { fromParts, withOptions } = require('../connection-string.js')
const { mechanismOf } = require('../mechanisms.js')
const { escaped } = require('../uri.js')

/** @import { ClientOptions } from './shape.js' */

/** Options that are carried over as they are. */
const CARRIED = /** @type {const} */ ([
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
])

/**
 * Options that only the client itself can apply. They change the servers, the security of the connection, or what is
 * stored.
 */
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
/** The driver's own defaults, which are not carried over, because those of the store make fewer connections. */
const DEFAULTS = { maxPoolSize: 100, serverMonitoringMode: 'auto' }

/**
 * @param {ClientOptions & Record<string, unknown>} options of the client
 * @returns {string} the connection string
 * @throws {TypeError} that says what can't be carried over
 */
function readModern(options) {
  const { credentials, hosts, srvHost, dbName } = options
  const insecure = options.rejectUnauthorized === false
  refuseObstacles(options, insecure)
  const mechanism = mechanismOf(credentials?.mechanism ?? 'DEFAULT')

  /** @type {Record<string, unknown>} */
  const carried = {}
  for (const name of CARRIED) if (options[name] !== undefined && options[name] !== null) carried[name] = options[name]
  // A client keeps the name of a file in addition to its content.
  if (options.tlsCAFile) delete carried.ca
  if (options.tlsCertificateKeyFile) for (const name of ['cert', 'key', 'passphrase']) delete carried[name]
  // With several hosts, directConnection is refused even if it is false.
  for (const name of ['directConnection', 'loadBalanced']) if (options[name]) carried[name] = true
  for (const [name, value] of Object.entries(DEFAULTS)) if (carried[name] === value) delete carried[name]
  if (!options.compressors?.includes('zlib')) delete carried.zlibCompressionLevel
  if (options.tls && insecure) carried.tlsAllowInvalidCertificates = true
  const { username: user, password } = credentials ?? {}
  if (credentials) {
    carried.authSource = credentials.source
    carried.authMechanism = mechanism
  }
  if (srvHost) {
    // The hosts in the options are those of the last lookup.
    const auth = user ? { auth: { username: user, password } } : {}
    return withOptions(`mongodb+srv://${srvHost}/${escaped(dbName ?? '')}`, { ...carried, ...auth })
  }
  return fromParts({
    hosts: hosts.map((host) => host.socketPath ?? String(host)),
    user: user || undefined,
    password: password || undefined,
    database: dbName,
    options: carried,
  })
}

/**
 * @param {ClientOptions & Record<string, unknown>} options
 * @param {boolean} insecure
 */
function refuseObstacles(options, insecure) {
  for (const [name, what] of Object.entries(OBSTACLES)) if (options[name]) throw new TypeError(`it has ${what}`)
  if (typeof options.checkServerIdentity === 'function' && options.tls && !insecure) {
    throw new TypeError('it has its own check of the names in certificates (checkServerIdentity)')
  }
}

module.exports = { readModern }
