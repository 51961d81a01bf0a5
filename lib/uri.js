'use strict'

// One connection string for the addon, from the application's string and its `mongoOptions`, or from the parts read
// off a client. Nothing here quotes a credential in a message.

/** Options of the `mongodb` package that a connection string can carry, and their names there. */
const PARAMETERS = Object.fromEntries([
  'appName', 'authMechanism', 'authSource', 'compressors', 'connectTimeoutMS', 'directConnection',
  'heartbeatFrequencyMS', 'loadBalanced', 'localThresholdMS', 'maxConnecting', 'maxIdleTimeMS', 'maxPoolSize',
  'maxStalenessSeconds', 'minPoolSize',
  'readConcernLevel', 'readPreference', 'readPreferenceTags', 'replicaSet', 'retryReads', 'retryWrites', 'serverMonitoringMode',
  'serverSelectionTimeoutMS', 'socketTimeoutMS', 'srvMaxHosts', 'srvServiceName', 'timeoutMS', 'tls',
  'tlsAllowInvalidCertificates', 'tlsCAFile', 'tlsCertificateKeyFile',
  'tlsCertificateKeyFilePassword', 'tlsInsecure', 'w', 'waitQueueTimeoutMS', 'zlibCompressionLevel',
  'journal', 'wTimeoutMS',
].map((name) => [name.toLowerCase(), name]))

/** Older spellings of the same. */
const ALIASES = {
  j: 'journal', ssl: 'tls', poolsize: 'maxPoolSize', wtimeout: 'wTimeoutMS',
  rs_name: 'replicaSet', replicasetname: 'replicaSet',
}

/** Options whose subject is gone from MongoDB or its drivers: accepted, and without effect. */
const WITHOUT_EFFECT = new Set([
  'autoreconnect', 'auto_reconnect', 'autoindex', 'bufferMaxEntries', 'bufferCommands', 'checkServerIdentity',
  'domainsenabled', 'family', 'forceserverobjectid', 'fsync', 'ha', 'hainterval', 'ignoreundefined', 'keepalive',
  'keepaliveinitialdelay', 'logger', 'loggerlevel', 'monitorcommands', 'native_parser', 'nodelay', 'pkfactory',
  'promisebuffers', 'promiselibrary', 'promotelongs', 'promotevalues', 'raw', 'reconnectinterval',
  'reconnecttries', 'serializefunctions', 'uri_decode_auth', 'usebigint64', 'usecreateindex', 'usefindandmodify',
  'usemongoclient', 'usenewurlparser', 'driverInfo', 'enableUtf8Validation', 'checkKeys', 'autoSelectFamily',
  'autoSelectFamilyAttemptTimeout', 'mongodbLogComponentSeverities', 'mongodbLogPath', 'mongodbLogMaxDocumentLength', 'userecoverytoken', 'useunifiedtopology', 'validateoptions', 'bsonregexp',
  'connectwithnoprimary', 'nodbname', 'minsize', 'promotebuffers', 'numberofretries', 'retrymilliseconds',
].map((name) => name.toLowerCase()))

/** The address, the credentials, the path and the options of a connection string. */
function split(uri) {
  const [, scheme, authority, database = '', query = ''] =
    /^([a-z0-9+]+:\/\/)([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/is.exec(uri) ?? []
  return scheme === undefined ? null : { scheme, authority, database, query }
}

/**
 * The application's connection string with its `mongoOptions` in it; an option wins over the same one in the string.
 * A string that is none is left for the addon to refuse, when it connects.
 * @throws {TypeError} that names an option which has no counterpart here
 */
function withOptions(uri, mongoOptions) {
  const parts = split(uri)
  if (parts === null) return uri
  const parameters = new Map()
  for (const pair of parts.query.split('&').filter(Boolean)) {
    const [name, value = ''] = pair.split(/=(.*)/s)
    if (WITHOUT_EFFECT.has(name.toLowerCase())) continue
    const known = nameOf(name) ?? name
    // Tags are the one option that may be given more than once.
    parameters.set(known === 'readPreferenceTags' ? Symbol(known) : known, value)
  }
  let { authority } = parts
  for (const [name, value] of Object.entries(mongoOptions ?? {})) {
    if (value === undefined || value === null) continue
    if (name === 'auth') authority = withCredentials(authority, value)
    else for (const [known, text] of parametersOf(name, value)) parameters.set(known, encodeURIComponent(text))
  }
  leaveOutNone(parameters)
  return join({ ...parts, authority, parameters })
}

/** "none" stands among the compressors of the `mongodb` package for no compression, which needs no word. */
function leaveOutNone(parameters) {
  const compressors = decodeURIComponent(parameters.get('compressors') ?? '').split(',').filter((name) => name && name !== 'none')
  if (compressors.length > 0) parameters.set('compressors', compressors.join(','))
  else parameters.delete('compressors')
}

/** A connection string from its parts, all of them unescaped. */
function fromParts({ hosts, user, password, database = '', options }) {
  const host = hosts.map((name) => (name.startsWith('/') ? encodeURIComponent(name) : name)).join(',')
  const authority = user === undefined ? host : withCredentials(host, { username: user, password })
  return withOptions(`mongodb://${authority}/${encodeURIComponent(database)}`, options)
}

function join({ scheme, authority, database, parameters }) {
  const query = [...parameters].map(([name, value]) => `${name.description ?? name}=${value}`).join('&')
  return `${scheme}${authority}/${database}${query && `?${query}`}`
}

function nameOf(name) {
  const lower = name.toLowerCase()
  return ALIASES[lower] ?? PARAMETERS[lower]
}

function withCredentials(authority, { username, user = username, password }) {
  if (typeof user !== 'string') throw new TypeError('mongoOptions.auth needs a username')
  const credentials = [user, password].filter((part) => part !== undefined).map(encodeURIComponent).join(':')
  return `${credentials}@${authority.slice(authority.lastIndexOf('@') + 1)}`
}

function tagSet(tags) {
  return [Symbol('readPreferenceTags'), Object.entries(tags).map(([key, tag]) => `${key}:${tag}`).join(',')]
}

/** The names and texts by which one option stands in a connection string. */
function parametersOf(name, value) {
  const lower = name.toLowerCase()
  if (WITHOUT_EFFECT.has(lower)) return []
  if (lower === 'writeconcern' && typeof value === 'object') {
    const { w, j, journal = j, wtimeout, wtimeoutMS = wtimeout } = value
    return Object.entries({ w, journal, wtimeoutMS }).flatMap(([key, part]) => part === undefined ? [] : parametersOf(key, part))
  }
  if (lower === 'readconcern') return [['readConcernLevel', String(value.level ?? value)]]
  if (lower === 'readpreference' && typeof value === 'object') {
    const tags = (value.tags ?? []).map(tagSet)
    const staleness = value.maxStalenessSeconds === undefined ? [] : [['maxStalenessSeconds', String(value.maxStalenessSeconds)]]
    return [['readPreference', value.mode ?? value.preference], ...tags, ...staleness]
  }
  const known = nameOf(name)
  if (known === 'readPreferenceTags' && Array.isArray(value)) return value.map(tagSet)
  if (known === undefined || (typeof value === 'object' && !Array.isArray(value))) {
    throw new TypeError(`mongoOptions.${name} is not supported by connect-mongo-native`)
  }
  return [[known, String(value)]]
}

/** How long the servers have for an operation before it fails, in milliseconds, by default: 30 s to find one, 10 to answer. */
const DEFAULT_TIMES = { serverSelectionTimeoutMS: 30_000, socketTimeoutMS: 10_000 }
/** The longest time that the addon takes, about 49 days. */
const LONGEST_TIME = 2 ** 32 - 1

/**
 * Takes the time limit of operations out of a connection string: `timeoutMS`, or else the time to find a server and the
 * time that it has to answer.
 * @returns {{uri: string, timeLimitMs: number}}
 */
function takeTimeLimit(uri) {
  const parts = split(uri)
  if (parts === null) return { uri, timeLimitMs: DEFAULT_TIMES.serverSelectionTimeoutMS + DEFAULT_TIMES.socketTimeoutMS }
  const times = { ...DEFAULT_TIMES }
  const parameters = parts.query.split('&').filter(Boolean).map((pair) => pair.split(/=(.*)/s))
  for (const [name, value] of parameters) {
    const known = nameOf(name)
    // As in the driver, 0 is no limit, which is the same as not to say one here: no operation may wait for ever.
    if (['timeoutMS', 'serverSelectionTimeoutMS', 'socketTimeoutMS'].includes(known) && value > 0) times[known] = Number(value)
  }
  const { timeoutMS = times.serverSelectionTimeoutMS + times.socketTimeoutMS } = times
  const others = parameters.filter(([name]) => !['timeoutMS', 'socketTimeoutMS'].includes(nameOf(name)))
  return {
    uri: join({ ...parts, parameters: others.map(([name, value = '']) => [name, value]) }),
    timeLimitMs: Math.min(timeoutMS, LONGEST_TIME),
  }
}

module.exports = { withOptions, fromParts, takeTimeLimit }
