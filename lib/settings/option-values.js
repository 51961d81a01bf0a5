'use strict'

// The value of one option, in its many forms, as the parameters by which it stands in the addon's connection string.

const { PARAMETERS, optionOf } = require('./driver-options.js')

/** Parts of a connection string that are no parameters, by the names that they have among the parameters. */
const USER = '@user'
const PASSWORD = '@password'
const DATABASE = '@database'
/** Certificates and keys: each is `{ pem }` or `{ file }`. */
const CA = '@ca'
const CERTIFICATE = '@certificate'
const KEY = '@key'

/** Mechanisms of authentication that the addon has. */
const MECHANISMS = new Set(['SCRAM-SHA-1', 'SCRAM-SHA-256', 'MONGODB-X509', 'PLAIN'])

const isRecord = (value) => value !== null && typeof value === 'object' && !Array.isArray(value)
const isTrue = (value) => value === true || value === 'true'
const isFalse = (value) => value === false || value === 'false'

/** Why a value can't be taken; `connection-string.js` says of which option. */
class Refusal extends Error {}

function shapeRefusal(wanted) {
  return new Refusal(`it must be ${wanted}`)
}

/** One value as text, by the kind of its parameter. What is no number or truth value is left for the addon to refuse. */
function textOf(parameter, value) {
  if (typeof value === 'object' || typeof value === 'function') throw shapeRefusal('a plain value')
  const kind = PARAMETERS[parameter]
  if (kind === 'boolean') return String(value).toLowerCase()
  if (kind !== 'integer') return String(value)
  const whole = typeof value === 'number' ? Math.trunc(value) : Number.parseInt(String(value), 10)
  return Number.isNaN(whole) ? String(value) : String(whole)
}

/** One set of tags as `key:value,key:value`, from that or from an object. */
function tagSet(tags) {
  if (typeof tags === 'string') return tags
  if (!isRecord(tags)) throw shapeRefusal('a list of objects')
  return Object.entries(tags)
    .map(([key, tag]) => {
      if (/[,:]/.test(`${key}${tag}`)) throw new Refusal('a tag with a comma or a colon cannot be carried')
      return `${key}:${tag}`
    })
    .join(',')
}

function tagSets(value) {
  return [['readPreferenceTags', ...(Array.isArray(value) ? value : [value]).map(tagSet)]]
}

function readPreference(value) {
  if (!isRecord(value)) return [['readPreference', textOf('readPreference', value)]]
  const { mode, preference = mode, tags, maxStalenessSeconds } = value
  const parameters = [['readPreference', textOf('readPreference', preference)]]
  if (tags) parameters.push(...tagSets(tags))
  if (maxStalenessSeconds != null && maxStalenessSeconds >= 0) {
    parameters.push(['maxStalenessSeconds', textOf('maxStalenessSeconds', maxStalenessSeconds)])
  }
  return parameters
}

function writeConcern(value) {
  if (!isRecord(value)) return [['w', textOf('w', value)]]
  return Object.entries(value).flatMap(([name, part]) => {
    const option = optionOf(name)
    if (!option?.to || !['w', 'journal', 'wTimeoutMS'].includes(option.to[0])) throw new Refusal(`it has no ${name}`)
    return part == null ? [] : parametersOf(option, part)
  })
}

function credentials(value) {
  if (!isRecord(value)) throw shapeRefusal('an object')
  const { username, user = username, password, db, authdb = db, authSource = authdb, authMechanism } = value
  if (typeof user !== 'string') throw new Refusal('it needs a username')
  return [
    [USER, user],
    ...(password == null ? [] : [[PASSWORD, String(password)]]),
    ...(authSource == null ? [] : [['authSource', textOf('authSource', authSource)]]),
    ...(authMechanism == null ? [] : mechanism(authMechanism)),
  ]
}

function mechanism(value) {
  const name = String(value).toUpperCase()
  if (name === 'DEFAULT') return []
  if (MECHANISMS.has(name)) return [['authMechanism', name]]
  throw new Refusal(
    `the mechanism must be one of ${[...MECHANISMS].join(', ')}; for another one give the client of your own mongodb package`,
  )
}

function mechanismProperties(value) {
  if (!isRecord(value)) return [['authMechanismProperties', textOf('authMechanismProperties', value)]]
  const pairs = Object.entries(value).filter(([, property]) => property != null)
  if (pairs.length === 0) return []
  return [
    [
      'authMechanismProperties',
      pairs
        .map(([name, property]) => {
          if (typeof property === 'function' || Array.isArray(property)) throw new Refusal(`${name} cannot be carried`)
          return `${name}:${property}`
        })
        .join(','),
    ],
  ]
}

function serverApi(value) {
  const { version, strict, deprecationErrors } = isRecord(value) ? value : { version: value }
  const parts = { serverApiVersion: version, serverApiStrict: strict, serverApiDeprecationErrors: deprecationErrors }
  return Object.entries(parts)
    .filter(([, part]) => part != null)
    .map(([name, part]) => [name, textOf(name, part)])
}

/** "none" stands among the compressors for no compression, which needs no word. */
function compressors(value) {
  const names = (Array.isArray(value) ? value : String(value).split(',')).filter((name) => name && name !== 'none')
  return [['compressors', ...(names.length > 0 ? [names.map(String).join(',')] : [])]]
}

function compression(value) {
  if (!isRecord(value)) return compressors(value)
  const { compressors: names, zlibCompressionLevel: level } = value
  return [
    ...(names == null ? [] : compressors(names)),
    ...(level == null ? [] : [['zlibCompressionLevel', textOf('zlibCompressionLevel', level)]]),
  ]
}

function tls(value) {
  if (value === 'prefer') throw new Refusal('it must be true or false')
  return [['tls', textOf('tls', value)]]
}

/** Whether to verify, in place of whether to allow what is invalid. */
function verified(value) {
  return [isFalse(value) ? ['tlsAllowInvalidCertificates', 'true'] : ['tlsAllowInvalidCertificates']]
}

/** Certificates or a key: PEM text, as a string, bytes or a list of those, or, as in some drivers, the name of a file. */
function material(part) {
  return (value) => {
    const texts = (Array.isArray(value) ? value : [value]).map((each) => {
      if (typeof each === 'string') return each
      if (each instanceof Uint8Array) return Buffer.from(each).toString('latin1')
      throw shapeRefusal('PEM text, a Buffer of it, or a list of those')
    })
    const isFile = texts.length === 1 && texts[0] !== '' && !texts[0].includes('-----BEGIN')
    return [[part, isFile ? { file: texts[0] } : { pem: texts.join('\n') }]]
  }
}

const secondary = (value) => (isTrue(value) ? [['readPreference', 'secondaryPreferred']] : [])
const toFile = (part) => (value) => [[part, { file: textOf(part, value) }]]
const named = (part) => (value) => (value === '' ? [] : [[part, String(value)]])

/** Options that are more than one plain value, or less, by their names in small letters. */
const READERS = {
  auth: credentials,
  user: named(USER),
  pass: named(PASSWORD),
  password: named(PASSWORD),
  dbname: named(DATABASE),
  authmechanism: mechanism,
  authmechanismproperties: mechanismProperties,
  gssapiservicename: (value) => [['authMechanismProperties', `SERVICE_NAME:${value}`]],
  serverapi: serverApi,
  readpreference: readPreference,
  read_preference: readPreference,
  readpreferencetags: tagSets,
  read_preference_tags: tagSets,
  readconcern: (value) => [['readConcernLevel', textOf('readConcernLevel', isRecord(value) ? value.level : value)]],
  slaveok: secondary,
  slave_ok: secondary,
  readsecondary: secondary,
  read_secondary: secondary,
  writeconcern: writeConcern,
  safe: (value) => (isRecord(value) ? writeConcern(value) : isTrue(value) ? [['w', '1']] : []),
  fsync: (value) => (isTrue(value) ? [['journal', 'true']] : []),
  compressors,
  compression,
  tls,
  ssl: tls,
  rejectunauthorized: verified,
  sslvalidate: verified,
  ca: material(CA),
  sslca: material(CA),
  cert: material(CERTIFICATE),
  sslcert: material(CERTIFICATE),
  tlscertificatefile: toFile(CERTIFICATE),
  key: material(KEY),
  sslkey: material(KEY),
  tlscertificatekeyfilepassword: passphrase,
  passphrase,
  sslpass: passphrase,
}

function passphrase(value) {
  return [
    ['tlsCertificateKeyFilePassword', value instanceof Uint8Array ? Buffer.from(value).toString() : textOf('', value)],
  ]
}

/**
 * The parameters by which an option stands.
 * @param {{name: string, to: string[]}} option of `driver-options.js`
 * @param {*} value neither undefined nor null
 * @returns {Array<[string, ...any]>} a name with its texts: one, or none when the parameter is to be absent, or many
 * @throws {Refusal}
 */
function parametersOf(option, value) {
  const reader = READERS[option.name.toLowerCase()]
  const parameters = reader ? reader(value) : [[option.to[0], textOf(option.to[0], value)]]
  return parameters.map(withinLimits)
}

/** The least time between two checks of a server, in milliseconds, of every driver. */
const SHORTEST_HEARTBEAT = 500

/** What the drivers of npm take and the addon's would refuse or understand otherwise. */
function withinLimits([name, ...texts]) {
  // 0 is no limit there. Here every operation ends, and a store never needs many connections: the default stays.
  if (['serverSelectionTimeoutMS', 'socketTimeoutMS', 'timeoutMS', 'maxPoolSize'].includes(name) && texts[0] === '0')
    return [name]
  if (name === 'heartbeatFrequencyMS' && texts[0] < SHORTEST_HEARTBEAT) return [name, String(SHORTEST_HEARTBEAT)]
  return [name, ...texts]
}

module.exports = { Refusal, USER, PASSWORD, DATABASE, CA, CERTIFICATE, KEY, parametersOf }
