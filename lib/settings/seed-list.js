'use strict'

// Looks up the servers of a `mongodb+srv` connection string with Node's resolver. It is quick to report that a name
// does not exist, and uses the servers of `dns.setServers`. The rules and the messages are those of the `mongodb`
// package.

const dns = require('node:dns')
const { MongoStoreError } = require('../common/errors.js')
const { join, pairsOf, split } = require('./uri.js')

/** @import { UriParts } from './uri.js' */

/** How long a name server has to answer one query. */
const PATIENCE = 1000 // ms
/** The options that a TXT record may set. */
const OPTIONS = ['authSource', 'replicaSet', 'loadBalanced']
/** The codes for a name without TXT records, which are optional. */
const NO_RECORD = ['ENODATA', 'ENOTFOUND']
/** The mechanisms whose users are not stored in a database. */
const EXTERNAL = ['GSSAPI', 'MONGODB-AWS', 'MONGODB-OIDC', 'MONGODB-X509']

/**
 * Puts the servers into a connection string, with the options of the TXT record.
 * @param {string} uri of `withOptions`, with a seed list
 * @returns {Promise<string>}
 * @throws {Error} Node's error, or one that says what is wrong with the records
 */
async function withServers(uri) {
  const { authority, query } = /** @type {UriParts} */ (split(uri))
  const given = new Map(pairsOf(query))
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  if (host.includes(',')) throw parseError('mongodb+srv URI cannot have multiple service names')
  if (host.includes(':')) throw parseError('mongodb+srv URI cannot have port number')
  if (given.get('directConnection') === 'true')
    throw new MongoStoreError('MongoAPIError', 'SRV URI does not support directConnection')
  const [records, added] = await Promise.all([
    recordsOf(host, given.get('srvServiceName') ?? 'mongodb'),
    optionsOf(host),
  ])
  return withRecords(uri, records, added)
}

/**
 * Puts these servers into a connection string.
 * @param {string} uri
 * @param {{name: string, port: number}[]} records
 * @param {Map<string, string>} added the options of the TXT record
 */
function withRecords(uri, records, added) {
  const { authority, database, query } = /** @type {UriParts} */ (split(uri))
  const given = new Map(pairsOf(query))
  const at = authority.lastIndexOf('@') + 1
  const mechanism = given.get('authMechanism') ?? ''
  if (at === 0 || EXTERNAL.includes(mechanism)) added.delete('authSource')
  if (added.get('loadBalanced') !== 'true') added.delete('loadBalanced')
  // A seed list turns TLS on by default. The application's options override those of the record.
  const all = new Map([['tls', 'true'], ...added, ...given])
  const most = Number(all.get('srvMaxHosts') ?? 0)
  if (all.has('replicaSet') && most > 0) {
    throw parseError('Cannot combine replicaSet option with srvMaxHosts')
  }
  for (const name of ['srvMaxHosts', 'srvServiceName']) all.delete(name)
  const servers = most > 0 && most < records.length ? shuffled(records).slice(0, most) : records
  const hosts = servers.map(({ name, port }) => `${name}:${port}`).join(',')
  // A parameter may be repeated, such as the tags of a read preference.
  const repeated = pairsOf(query).filter(([name]) => all.has(name))
  const pairs = [...[...all].filter(([name]) => !given.has(name)), ...repeated]
  return join(
    { scheme: 'mongodb://', authority: authority.slice(0, at) + hosts, database },
    pairs.map(([name, value]) => [name, [value]]),
  )
}

/**
 * @param {string} host
 * @param {string} service
 */
async function recordsOf(host, service) {
  const records = await twice((resolver) => resolver.resolveSrv(`_${service}._tcp.${host}`))
  if (records.length === 0) throw new MongoStoreError('MongoAPIError', 'No addresses found at host')
  for (const { name } of records) checkDomain(name.replace(/\.$/, ''), host.replace(/\.$/, ''))
  return records
}

/**
 * A server must be in the domain of the seed list, so that a forged answer can't send passwords elsewhere.
 * @param {string} server
 * @param {string} host
 */
function checkDomain(server, host) {
  const parts = host.split('.')
  const isShort = parts.length < 3
  if (isShort && server.split('.').length <= parts.length) {
    throw new MongoStoreError(
      'MongoAPIError',
      'Server record does not have at least one more domain level than parent URI',
    )
  }
  const domain = (isShort ? parts : parts.slice(1)).join('.')
  if (!`.${server.split('.').slice(1).join('.')}`.endsWith(`.${domain}`)) {
    throw new MongoStoreError('MongoAPIError', 'Server record does not share hostname with parent URI')
  }
}

/**
 * The options of a TXT record.
 * @param {string} host
 * @returns {Promise<Map<string, string>>}
 */
async function optionsOf(host) {
  /** @type {string[][]} */
  let records
  try {
    records = await twice((resolver) => resolver.resolveTxt(host))
  } catch (error) {
    if (NO_RECORD.includes(String(/** @type {NodeJS.ErrnoException} */ (error).code))) return new Map()
    throw error
  }
  if (records.length > 1) throw parseError('Multiple text records not allowed')
  const options = new Map(new URLSearchParams(records[0].join('')))
  if ([...options.keys()].some((name) => !OPTIONS.includes(name))) {
    throw parseError(`Text record may only set any of: ${OPTIONS.join(', ')}`)
  }
  if ([...options.values()].includes('')) {
    throw parseError('Cannot have empty URI params in DNS TXT Record')
  }
  return options
}

/**
 * Asks the name servers, and asks again if they did not answer in time.
 * @template T
 * @param {(resolver: dns.promises.Resolver) => Promise<T>} ask
 */
async function twice(ask) {
  // The default resolver waits for a silent name server for longer than an operation may take.
  const resolver = new dns.promises.Resolver({ timeout: PATIENCE, tries: 1 })
  resolver.setServers(dns.getServers())
  try {
    return await ask(resolver)
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== dns.TIMEOUT) throw error
    return ask(resolver)
  }
}

/** @param {string} message */
function parseError(message) {
  return new MongoStoreError('MongoParseError', message)
}

/**
 * @template T
 * @param {T[]} all
 */
function shuffled(all) {
  return all
    .map((each) => /** @type {const} */ ([Math.random(), each]))
    .sort(([a], [b]) => a - b)
    .map(([, each]) => each)
}

module.exports = { withRecords, withServers }
