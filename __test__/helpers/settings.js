'use strict'

// The final settings for a connection string and mongoOptions, without connecting: those of the addon, and those of a
// driver in a form in which both can be compared.

const { describeConnection } = require('../../native.js')
const { withOptions } = require('../../lib/settings/connection-string.js')
const { withRecords } = require('../../lib/settings/seed-list.js')
const { isSeedList } = require('../../lib/settings/uri.js')
const { takeTimeLimit } = require('../../lib/settings/time-limit.js')

/** The addon's description, of a seed list with one server in it, and the time limit of operations. Compares `password` with the connection's own. */
function settingsOf(mongoUrl, mongoOptions, password) {
  const { uri, timeLimitMs } = takeTimeLimit(withOptions(mongoUrl, mongoOptions))
  if (!isSeedList(uri)) return { ...describeConnection(uri, password), timeLimitMs }
  const { hostname, searchParams } = new URL(uri)
  const servers = withRecords(uri, [{ name: `db.${hostname}`, port: 27017 }], new Map())
  return {
    ...describeConnection(servers, password),
    timeLimitMs,
    hosts: [hostname],
    isSrv: true,
    srvMaxHosts: Number(searchParams.get('srvMaxHosts') ?? 0),
    srvServiceName: searchParams.get('srvServiceName') ?? undefined,
  }
}

const isOurOwn = (file) => file !== undefined && /^\/proc\/self\/fd\/\d+$|connect-mongo-native-/.test(file)

/** The addon's settings in the form in which both sides are compared. */
function oursOf(url, options, theirs) {
  const its = settingsOf(url, options, theirs.password)
  return {
    hosts: its.hosts.map((host) => host.replace(/^(.*:.*):(\d+)$/, '[$1]:$2')),
    isSrv: its.isSrv ?? false,
    database: its.database ?? 'test',
    user: its.user,
    hasPassword: its.hasPassword,
    passwordFits: its.passwordFits || !its.hasPassword,
    authSource: its.user || its.authMechanism ? its.authSource : undefined,
    authMechanism: its.authMechanism,
    authMechanismProperties: its.authMechanismProperties,
    tls: its.tls,
    tlsCAFile: isOurOwn(its.tlsCAFile) ? undefined : its.tlsCAFile,
    tlsCertificateKeyFile: its.tlsCertificateKeyFile,
    isVerified: its.tls && !its.tlsAllowInvalidCertificates,
    replicaSet: its.replicaSet,
    directConnection: its.directConnection ?? false,
    loadBalanced: its.loadBalanced ?? false,
    srvMaxHosts: its.srvMaxHosts ?? 0,
    srvServiceName: its.srvServiceName ?? 'mongodb',
    serverApi: [its.serverApiVersion, its.serverApiStrict, its.serverApiDeprecationErrors],
    w: its.w,
    journal: its.journal,
    wTimeoutMS: its.wTimeoutMS,
    readConcernLevel: its.readConcernLevel,
    readPreference: its.readPreference ?? 'primary',
    readPreferenceTags: its.readPreferenceTags,
    maxStalenessSeconds: its.maxStalenessSeconds,
    retryReads: its.retryReads ?? true,
    retryWrites: its.retryWrites ?? true,
    compressors: its.compressors,
    zlibCompressionLevel: its.zlibCompressionLevel ?? 0,
    appName: its.appName,
    maxPoolSize: its.maxPoolSize ?? 100,
    minPoolSize: its.minPoolSize ?? 0,
    maxConnecting: its.maxConnecting ?? 2,
    maxIdleTimeMS: its.maxIdleTimeMS ?? 0,
    connectTimeoutMS: its.connectTimeoutMS ?? 30_000,
    serverSelectionTimeoutMS: its.serverSelectionTimeoutMS ?? 30_000,
    heartbeatFrequencyMS: its.heartbeatFrequencyMS ?? 10_000,
    localThresholdMS: its.localThresholdMS ?? 15,
    serverMonitoringMode: its.serverMonitoringMode ?? 'auto',
    timeLimitMs: its.timeLimitMs,
  }
}

const tagsOf = (sets) =>
  (sets ?? []).map((set) =>
    Object.entries(set)
      .map((pair) => pair.join(':'))
      .sort(),
  )

/** The same for the settings of a client of driver 4 or later. */
function theirsOf(its) {
  const { credentials, writeConcern = {}, readPreference } = its
  const tls = its.tls ?? false
  return {
    hosts: its.srvHost ? [its.srvHost] : its.hosts.map((host) => host.socketPath ?? String(host)),
    isSrv: its.srvHost !== undefined,
    database: its.dbName,
    user: credentials?.username || undefined,
    hasPassword: Boolean(credentials?.password),
    passwordFits: true,
    authSource: credentials?.source,
    authMechanism: credentials && credentials.mechanism !== 'DEFAULT' ? credentials.mechanism : undefined,
    authMechanismProperties: Object.entries(credentials?.mechanismProperties ?? {})
      .map((pair) => pair.join(':'))
      .sort(),
    tls,
    tlsCAFile: tls ? its.tlsCAFile : undefined,
    tlsCertificateKeyFile: tls ? its.tlsCertificateKeyFile : undefined,
    isVerified: tls && its.rejectUnauthorized !== false,
    replicaSet: its.replicaSet,
    directConnection: its.directConnection,
    loadBalanced: its.loadBalanced,
    srvMaxHosts: its.srvMaxHosts,
    srvServiceName: its.srvServiceName,
    serverApi: [its.serverApi?.version, its.serverApi?.strict, its.serverApi?.deprecationErrors],
    w: writeConcern.w === undefined ? undefined : String(writeConcern.w),
    journal: writeConcern.journal ?? writeConcern.j,
    wTimeoutMS: writeConcern.wtimeoutMS ?? writeConcern.wtimeout,
    readConcernLevel: its.readConcern?.level,
    readPreference: readPreference.mode,
    readPreferenceTags: tagsOf(readPreference.tags),
    maxStalenessSeconds: readPreference.maxStalenessSeconds,
    retryReads: its.retryReads,
    retryWrites: its.retryWrites,
    compressors: its.compressors.filter((name) => name !== 'none'),
    zlibCompressionLevel: its.zlibCompressionLevel,
    appName: its.appName,
    maxPoolSize: its.maxPoolSize,
    minPoolSize: its.minPoolSize,
    maxConnecting: its.maxConnecting,
    maxIdleTimeMS: its.maxIdleTimeMS,
    connectTimeoutMS: its.connectTimeoutMS,
    serverSelectionTimeoutMS: its.serverSelectionTimeoutMS,
    heartbeatFrequencyMS: its.heartbeatFrequencyMS,
    localThresholdMS: its.localThresholdMS,
    serverMonitoringMode: its.serverMonitoringMode,
    // Here no operation waits for ever, see docs/options.md.
    timeLimitMs: its.serverSelectionTimeoutMS + (its.socketTimeoutMS || 10_000),
  }
}

module.exports = { oursOf, settingsOf, tagsOf, theirsOf }
