// MongoDB connection strings. They can name several hosts, so Node's URL class can't parse them.

/** @typedef {{ user: string, password: string }} Credentials */

/**
 * Makes a connection string.
 * @param {object} parts
 * @param {string[]} parts.hosts e.g. `127.0.0.1:27017`
 * @param {Credentials} [parts.auth]
 * @param {Record<string, string>} [parts.options] e.g. `{ replicaSet: 'rs0' }`
 */
export function connectionString({ hosts, auth, options = {} }) {
  const credentials = auth ? `${encodeURIComponent(auth.user)}:${encodeURIComponent(auth.password)}@` : ''
  const query = new URLSearchParams(auth ? { ...options, authSource: 'admin' } : options).toString()
  return `mongodb://${credentials}${hosts.join(',')}/${query && `?${query}`}`
}

/**
 * The same connection string with `database` as its default database.
 * @param {string} uri
 * @param {string} database
 */
export function withDatabase(uri, database) {
  const parts = /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/[^?]*)?(\?.*)?$/.exec(uri)
  if (!parts) throw new TypeError('Not a MongoDB connection string: it starts with "mongodb://" or "mongodb+srv://".')
  return `${parts[1]}/${database}${parts[2] ?? ''}`
}

/**
 * Whether a connection string names a default database.
 * @param {string} uri
 */
export function namesDatabase(uri) {
  return /^mongodb(\+srv)?:\/\/[^/]+\/[^?]/.test(uri)
}

/**
 * The hosts of a connection string, without credentials. Undefined if the string is malformed: its password could then be
 * in any part of it.
 * @param {string} uri
 */
export function hostsOf(uri) {
  return /^mongodb(?:\+srv)?:\/\/(?:[^@/?]*@)?([^@/?]+)(?:[/?][^@]*)?$/.exec(uri)?.[1]
}
