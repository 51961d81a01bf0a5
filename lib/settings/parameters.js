'use strict'

// What the addon's connection string can say.

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

module.exports = { PARAMETERS }
