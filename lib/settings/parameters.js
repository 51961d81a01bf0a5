'use strict'

// The parameters of the addon's connection string, and the text of each value.

/**
 * The options of the addon's connection string, and the kind of each value.
 * @type {Record<string, 'text' | 'integer' | 'boolean'>}
 */
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

/**
 * Certificates or a key: PEM text, or the name of a file.
 * @typedef {{pem: string, file?: undefined} | {file: string, pem?: undefined}} Material
 */

/** @typedef {string | Material} Text */

/**
 * A parameter with its texts: one, several, or none to leave the parameter out.
 * @typedef {[name: string, ...texts: Text[]]} Parameter
 */

/**
 * The texts of parameters by their names.
 * @typedef {Map<string, Text[]>} Parameters
 */

/** Parts of a connection string that are not parameters, with the names that they have among the parameters. */
const USER = '@user'
const PASSWORD = '@password'
const DATABASE = '@database'
/** Certificates and keys, each a {@link Material}. */
const CA = '@ca'
const CERTIFICATE = '@certificate'
const KEY = '@key'

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
const isRecord = (value) => value !== null && typeof value === 'object' && !Array.isArray(value)

/** Why a value is refused. `merge-options.js` adds the name of the option. */
class Refusal extends Error {}

/** @param {string} wanted */
function shapeRefusal(wanted) {
  return new Refusal(`it must be ${wanted}`)
}

/**
 * One value as text, according to the kind of its parameter. The addon refuses a value that is not a number or not a
 * truth value.
 * @param {string} parameter
 * @param {unknown} value
 */
function textOf(parameter, value) {
  if (typeof value === 'object' || typeof value === 'function') throw shapeRefusal('a plain value')
  const kind = PARAMETERS[parameter]
  if (kind === 'boolean') return String(value).toLowerCase()
  if (kind !== 'integer') return String(value)
  const whole = typeof value === 'number' ? Math.trunc(value) : Number.parseInt(String(value), 10)
  return Number.isNaN(whole) ? String(value) : String(whole)
}

module.exports = {
  CA,
  CERTIFICATE,
  DATABASE,
  KEY,
  PARAMETERS,
  PASSWORD,
  Refusal,
  USER,
  isRecord,
  shapeRefusal,
  textOf,
}
