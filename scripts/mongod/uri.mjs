// Connection strings of MongoDB, which name several hosts and so are no URLs to Node.

/** The connection string of `hosts`, e.g. `{ hosts: ['127.0.0.1:27017'], auth: { user, password }, options: { replicaSet: 'rs0' } }`. */
export function connectionString({ hosts, auth, options = {} }) {
  const credentials = auth ? `${encodeURIComponent(auth.user)}:${encodeURIComponent(auth.password)}@` : ''
  const query = new URLSearchParams(auth ? { ...options, authSource: 'admin' } : options).toString()
  return `mongodb://${credentials}${hosts.join(',')}/${query && `?${query}`}`
}

/** The same connection string with `database` as its default database. */
export function withDatabase(uri, database) {
  const parts = /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/[^?]*)?(\?.*)?$/.exec(uri)
  if (!parts) throw new TypeError('Not a MongoDB connection string: it starts with "mongodb://" or "mongodb+srv://".')
  return `${parts[1]}/${database}${parts[2] ?? ''}`
}
