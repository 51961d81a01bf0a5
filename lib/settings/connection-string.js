'use strict'

// Builds one connection string for the addon, with every option in it, from the application's string and its
// `mongoOptions`, or from the settings of a client. No message here quotes a credential.

const { inUri } = require('./address.js')
const { mergeOptions } = require('./merge-options.js')
const { DATABASE, PARAMETERS, PASSWORD, USER } = require('./parameters.js')
const { withTlsFiles } = require('./tls-files.js')
const { escaped, join, split, withCredentials, withoutUser } = require('./uri.js')

/** @import { Parameters } from './parameters.js' */

/**
 * Merges `mongoOptions` into the application's connection string. They override the same options in the string. A
 * string that can't be parsed stays as it is, and the addon refuses it when it connects.
 * @param {string} uri
 * @param {object} [mongoOptions]
 * @throws {TypeError} that names an option which can't be carried
 */
function withOptions(uri, mongoOptions) {
  const parts = split(uri)
  if (parts === null) return uri
  const { given, hasTls } = mergeOptions(parts.scheme, parts.query, mongoOptions)
  const parameters = hasTls ? withTlsFiles(given) : given
  const database = textsOf(given, DATABASE)[0]
  return join(
    {
      scheme: parts.scheme,
      authority: authorityOf(parts.authority, given),
      database: database === undefined ? parts.database : escaped(database),
    },
    [...parameters.keys()].filter((name) => name in PARAMETERS).map((name) => [name, textsOf(parameters, name)]),
  )
}

/**
 * The credentials and hosts of a string, with the credentials that the options set.
 * @param {string} authority
 * @param {Parameters} given
 */
function authorityOf(authority, given) {
  const [user] = textsOf(given, USER)
  const [password] = textsOf(given, PASSWORD)
  const full = user === undefined ? authority : withCredentials(authority, user, password)
  // The certificate identifies the user. The addon's driver would also send the name, in a way that servers refuse.
  return given.get('authMechanism')?.[0] === 'MONGODB-X509' ? withoutUser(full) : full
}

/**
 * @param {Parameters} parameters
 * @param {string} name
 */
function textsOf(parameters, name) {
  return (parameters.get(name) ?? []).filter((text) => typeof text === 'string')
}

/**
 * Builds a connection string from its parts, all of them unescaped.
 * @param {object} parts
 * @param {string[]} parts.hosts `host:port` each, or the path of a socket
 * @param {string} [parts.user]
 * @param {string} [parts.password]
 * @param {string} [parts.database]
 * @param {object} parts.options as `mongoOptions`
 * @throws {TypeError} as {@link withOptions}
 */
function fromParts({ hosts, user, password, database = '', options }) {
  const host = hosts.map(inUri).join(',')
  const authority = user === undefined ? host : withCredentials(host, user, password)
  return withOptions(`mongodb://${authority}/${escaped(database)}`, options)
}

module.exports = { withOptions, fromParts }
