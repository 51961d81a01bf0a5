'use strict'

// Turns the value of one option, in its many forms, into parameters of the addon's connection string.

const { types } = require('node:util')
const { optionOf } = require('./driver-options.js')
const { MECHANISMS } = require('./mechanisms.js')
const {
  CA,
  CERTIFICATE,
  DATABASE,
  KEY,
  PASSWORD,
  Refusal,
  USER,
  isRecord,
  shapeRefusal,
  textOf,
} = require('./parameters.js')
const { isFalse, isTrue } = require('./truth.js')

/** @import { DriverOption } from './driver-options.js' */
/** @import { Parameter } from './parameters.js' */

/**
 * One set of tags as `key:value,key:value`, from that text or from an object.
 * @param {unknown} tags
 */
function tagSet(tags) {
  if (typeof tags === 'string') return tags
  if (!isRecord(tags)) throw shapeRefusal('a list of objects')
  return Object.entries(tags)
    .map(([key, tag]) => {
      const text = textOf('', tag)
      if (/[,:]/.test(key + text)) throw new Refusal('a tag with a comma or a colon cannot be used')
      return `${key}:${text}`
    })
    .join(',')
}

/**
 * @param {unknown} value
 * @returns {Parameter[]}
 */
function tagSets(value) {
  return [['readPreferenceTags', ...(Array.isArray(value) ? value : [value]).map(tagSet)]]
}

/**
 * @param {unknown} value
 * @returns {Parameter[]}
 */
function readPreference(value) {
  if (!isRecord(value)) return [['readPreference', textOf('readPreference', value)]]
  const { mode, preference = mode, tags, maxStalenessSeconds } = value
  /** @type {Parameter[]} */
  const parameters = [['readPreference', textOf('readPreference', preference)]]
  if (tags) parameters.push(...tagSets(tags))
  // A negative number means no limit.
  const seconds = maxStalenessSeconds == null ? '' : textOf('maxStalenessSeconds', maxStalenessSeconds)
  if (seconds && Number(seconds) >= 0) parameters.push(['maxStalenessSeconds', seconds])
  return parameters
}

/**
 * @param {unknown} value
 * @returns {Parameter[]}
 */
function writeConcern(value) {
  if (!isRecord(value)) return [['w', textOf('w', value)]]
  return Object.entries(value).flatMap(([name, part]) => {
    const option = optionOf(name)
    if (!option?.to || !['w', 'journal', 'wTimeoutMS'].includes(option.to[0])) throw new Refusal(`it has no ${name}`)
    return part == null ? [] : parametersOf(option, part)
  })
}

/**
 * @param {unknown} value
 * @returns {Parameter[]}
 */
function credentials(value) {
  if (!isRecord(value)) throw shapeRefusal('an object')
  const { username, user = username, password, db, authdb = db, authSource = authdb, authMechanism } = value
  if (typeof user !== 'string') throw new Refusal('it needs a username')
  /** @type {Parameter[]} */
  const parameters = [[USER, user]]
  if (password != null) parameters.push([PASSWORD, textOf('', password)])
  if (authSource != null) parameters.push(['authSource', textOf('authSource', authSource)])
  if (authMechanism != null) parameters.push(...mechanism(authMechanism))
  return parameters
}

/**
 * @param {unknown} value
 * @returns {Parameter[]}
 */
function mechanism(value) {
  const name = textOf('authMechanism', value).toUpperCase()
  if (name === 'DEFAULT') return []
  if (MECHANISMS.includes(name)) return [['authMechanism', name]]
  throw new Refusal(
    `the mechanism must be one of ${MECHANISMS.join(', ')}; for another one give the client of your own mongodb package`,
  )
}

/**
 * @param {unknown} value
 * @returns {Parameter[]}
 */
function mechanismProperties(value) {
  if (!isRecord(value)) return [['authMechanismProperties', textOf('authMechanismProperties', value)]]
  const pairs = Object.entries(value).filter(([, property]) => property != null)
  if (pairs.length === 0) return []
  return [
    [
      'authMechanismProperties',
      pairs
        .map(([name, property]) => {
          if (Object(property) === property) throw new Refusal(`${name} cannot be used`)
          return `${name}:${String(property)}`
        })
        .join(','),
    ],
  ]
}

/**
 * @param {unknown} value
 * @returns {Parameter[]}
 */
function serverApi(value) {
  const { version, strict, deprecationErrors } = isRecord(value) ? value : { version: value }
  const parts = { serverApiVersion: version, serverApiStrict: strict, serverApiDeprecationErrors: deprecationErrors }
  return Object.entries(parts)
    .filter(([, part]) => part != null)
    .map(([name, part]) => [name, textOf(name, part)])
}

/**
 * The compressor "none" means no compression, which needs no parameter.
 * @param {unknown} value
 * @returns {Parameter[]}
 */
function compressors(value) {
  const all = Array.isArray(value) ? value : textOf('compressors', value).split(',')
  const names = all.filter((name) => name && name !== 'none').map((name) => textOf('compressors', name))
  return [['compressors', ...(names.length > 0 ? [names.join(',')] : [])]]
}

/**
 * @param {unknown} value
 * @returns {Parameter[]}
 */
function compression(value) {
  if (!isRecord(value)) return compressors(value)
  const { compressors: names, zlibCompressionLevel: level } = value
  const parameters = names == null ? [] : compressors(names)
  if (level != null) parameters.push(['zlibCompressionLevel', textOf('zlibCompressionLevel', level)])
  return parameters
}

/**
 * @param {unknown} value
 * @returns {Parameter[]}
 */
function tls(value) {
  if (value === 'prefer') throw new Refusal('it must be true or false')
  return [['tls', textOf('tls', value)]]
}

/**
 * The option says whether certificates are checked. The parameter says whether invalid ones are allowed.
 * @param {unknown} value
 * @returns {Parameter[]}
 */
function verified(value) {
  return [isFalse(value) ? ['tlsAllowInvalidCertificates', 'true'] : ['tlsAllowInvalidCertificates']]
}

/**
 * Reads certificates or a key: PEM text as a string, as bytes, or as a list of those. Some drivers also take the name
 * of a file.
 * @param {string} part
 * @returns {Reader}
 */
function material(part) {
  return (value) => {
    const texts = (Array.isArray(value) ? value : [value]).map((each) => {
      if (typeof each === 'string') return each
      if (types.isUint8Array(each)) return Buffer.from(each).toString('latin1')
      throw shapeRefusal('PEM text, a Buffer of it, or a list of those')
    })
    const isFile = texts.length === 1 && texts[0] !== '' && !texts[0].includes('-----BEGIN')
    return [[part, isFile ? { file: texts[0] } : { pem: texts.join('\n') }]]
  }
}

/** @typedef {(value: unknown) => Parameter[]} Reader */

/** @type {Reader} */
const secondary = (value) => (isTrue(value) ? [['readPreference', 'secondaryPreferred']] : [])
/** @type {(part: string) => Reader} */
const toFile = (part) => (value) => [[part, { file: textOf(part, value) }]]
/** @type {(part: string) => Reader} */
const named = (part) => (value) => (value === '' ? [] : [[part, textOf('', value)]])

/**
 * The readers of options whose values are not plain, by their lower-case names.
 * @type {Record<string, Reader>}
 */
const READERS = {
  auth: credentials,
  user: named(USER),
  pass: named(PASSWORD),
  password: named(PASSWORD),
  dbname: named(DATABASE),
  authmechanism: mechanism,
  authmechanismproperties: mechanismProperties,
  gssapiservicename: (value) => [['authMechanismProperties', `SERVICE_NAME:${textOf('', value)}`]],
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

/**
 * @param {unknown} value
 * @returns {Parameter[]}
 */
function passphrase(value) {
  return [
    ['tlsCertificateKeyFilePassword', types.isUint8Array(value) ? Buffer.from(value).toString() : textOf('', value)],
  ]
}

/**
 * The parameters that an option sets.
 * @param {DriverOption} option one that sets any
 * @param {unknown} value neither undefined nor null
 * @returns {Parameter[]}
 * @throws {Refusal}
 */
function parametersOf({ name, to: [parameter] = [] }, value) {
  const reader = READERS[name.toLowerCase()] ?? ((plain) => [[parameter, textOf(parameter, plain)]])
  return reader(value).map(withinLimits)
}

/** The shortest time between two checks of a server, in every driver. */
const SHORTEST_HEARTBEAT = 500 // ms

/**
 * Changes values that the drivers of npm accept, but that the addon's driver would refuse or interpret differently.
 * @param {Parameter} parameter
 * @returns {Parameter}
 */
function withinLimits([name, ...texts]) {
  // In the drivers, 0 means no limit. Here every operation has a deadline, and no store needs many connections, so the
  // default applies.
  if (['serverSelectionTimeoutMS', 'socketTimeoutMS', 'timeoutMS', 'maxPoolSize'].includes(name) && texts[0] === '0')
    return [name]
  if (name === 'heartbeatFrequencyMS' && Number(texts[0]) < SHORTEST_HEARTBEAT)
    return [name, String(SHORTEST_HEARTBEAT)]
  return [name, ...texts]
}

module.exports = { parametersOf }
