'use strict'

// The servers of one version for the applications: standalone servers and replica sets, with different ways to
// authenticate, and emulated engines in front of them. Each server starts on first use, and all stop together.

const { MongoClient } = require('mongodb')
const { ENGINES, startEngine } = require('../../../helpers/engines.js')
const { manifest } = require('../../../helpers/package-folder.js')
const { makeCertificates, tlsArguments } = require('../../../helpers/tls.js')
const { Unavailable } = require('./unavailable.js')

const ROOT_USER = { user: 'root', password: 'the root password' }
/** A password that must be escaped in a connection string. */
const PASSWORD = 'p@ss:w/rd%'

/** Kind of access -> the servers that offer it, and what the connection string needs for it. */
const ACCESS = {
  standalone: { servers: 'plain' },
  'standalone, TLS': { servers: 'tls' },
  'standalone, SCRAM-SHA-1': { servers: 'auth', mechanism: 'SCRAM-SHA-1' },
  'standalone, SCRAM-SHA-256': { servers: 'auth', mechanism: 'SCRAM-SHA-256' },
  'standalone, X.509': { servers: 'authTls', mechanism: 'MONGODB-X509' },
  'replica set': { servers: 'set' },
  'replica set, TLS, SCRAM-SHA-1': { servers: 'setAuthTls', mechanism: 'SCRAM-SHA-1' },
  'replica set, TLS, SCRAM-SHA-256': { servers: 'setAuthTls', mechanism: 'SCRAM-SHA-256' },
  'replica set, X.509': { servers: 'setAuthTls', mechanism: 'MONGODB-X509' },
}

/** The same for other engines, which are emulated. */
const EMULATED = Object.fromEntries(
  Object.entries(ENGINES).map(([name, engine]) => [
    `${engine.title}, emulated`,
    { name, servers: engine.members ? 'setOfOne' : 'plain', engine },
  ]),
)

const SERVERS = {
  plain: {},
  tls: { tls: true },
  auth: { auth: true },
  authTls: { auth: true, tls: true },
  set: { members: 3 },
  setOfOne: { members: 1 },
  setAuthTls: { members: 3, auth: true, tls: true },
}

class Deployments {
  #version
  #started = new Map()
  #engines = []
  #certificates

  /** @param {string} version of the servers, such as "6.0" */
  constructor(version) {
    this.#version = version
  }

  /**
   * Resolves with `url(database)` for an application, the connected `client` of an independent driver, `connections()`
   * and the number of `members`. `connections()` resolves with the number of connections that the stores opened there.
   * @param {string} access one of ACCESS or EMULATED
   */
  async get(access) {
    const { servers, mechanism, engine } = ACCESS[access] ?? EMULATED[access]
    if (!this.#started.has(servers)) this.#started.set(servers, this.#start(SERVERS[servers]))
    const { server, client, watchers, files } = await this.#started.get(servers)
    const emulated = engine && (await this.#emulate(engine, server))
    const url = (database) => {
      // Without the parameter, such an engine would refuse the writes of the application's own client.
      if (emulated)
        return `mongodb://${emulated.host}/${database}${engine.refusals?.numbers ? '?retryWrites=false' : ''}`
      const hosts = (server.members ?? [server]).map(({ host }) => host)
      const query = new URLSearchParams()
      if (server.members) query.set('replicaSet', server.name)
      if (files) {
        query.set('tls', 'true')
        query.set('tlsCAFile', files.ca)
      }
      let user = ''
      if (mechanism) query.set('authMechanism', mechanism)
      if (mechanism === 'MONGODB-X509') {
        query.set('authSource', '$external')
        query.set('tlsCertificateKeyFile', files.client)
      } else if (mechanism) {
        query.set('authSource', 'admin')
        user = `${mechanism}:${encodeURIComponent(PASSWORD)}@`
      }
      return `mongodb://${user}${hosts.join(',')}/${database}${query.size > 0 ? `?${query}` : ''}`
    }
    const members = watchers.length > 0 ? watchers : [client]
    const connections = async () => (await Promise.all(members.map(nativeConnections))).flat().length
    return { url, client, connections, members: members.length }
  }

  async #emulate(engine, server) {
    const emulated = await startEngine(engine, (server.members?.[0] ?? server).host)
    this.#engines.push(emulated)
    return emulated
  }

  async #start({ members, auth, tls }) {
    const mongod = await import('../../../../scripts/mongod.mjs')
    await mongod.findMongod({ version: this.#version }).catch((error) => {
      throw new Unavailable(error.message)
    })
    const files = tls ? (this.#certificates ??= certificates()) : undefined
    const clientOptions = tls ? { tls: true, tlsCAFile: files.ca } : {}
    // The server accepts clients without a certificate: they log in with a password or need no login.
    const args = tls ? tlsArguments(files) : []
    const options = { version: this.#version, args, auth: auth ? ROOT_USER : undefined, clientOptions }
    const server = members
      ? await mongod.startReplicaSet({ ...options, nodes: members })
      : await mongod.startServer(options)
    const connect = (uri) => new MongoClient(uri, clientOptions).connect()
    const client = await connect(server.uri)
    if (auth) await createUsers(client, { subject: files?.user, members })
    const watchers = await Promise.all((server.members ?? []).map((member) => connect(member.uri)))
    return { server, client, watchers, files }
  }

  /** Stops all servers that were started. */
  async stop() {
    for (const engine of this.#engines) engine.close()
    const started = await Promise.allSettled(this.#started.values())
    await Promise.all(
      started.map(async ({ value }) => {
        if (!value) return // it failed to start
        await Promise.all([value.client, ...value.watchers].map((client) => client.close()))
        await value.server.stop()
      }),
    )
    this.#certificates?.remove()
  }
}

function certificates() {
  try {
    return makeCertificates()
  } catch (error) {
    if (error.code === 'ENOENT') throw new Unavailable('there is no openssl on this machine to make certificates with')
    throw error
  }
}

/** Creates one user per mechanism. It can't log in by another mechanism, and can read and write but not administer. */
async function createUsers(client, { subject, members = 1 }) {
  const writeConcern = { w: members } // the root user must have reached every member, too
  const roles = [{ role: 'readWriteAnyDatabase', db: 'admin' }]
  for (const mechanism of ['SCRAM-SHA-1', 'SCRAM-SHA-256']) {
    await client
      .db('admin')
      .command({ createUser: mechanism, pwd: PASSWORD, roles, mechanisms: [mechanism], writeConcern })
  }
  if (subject) await client.db('$external').command({ createUser: subject, roles, writeConcern })
}

/** Returns the connections to a server that the addon opened. */
async function nativeConnections(client) {
  const all = await client
    .db('admin')
    .aggregate([{ $currentOp: { allUsers: true, idleConnections: true } }])
    .toArray()
  return all.filter(({ clientMetadata }) => clientMetadata?.driver?.name.includes(manifest.name))
}

module.exports = { ACCESS, EMULATED, Deployments }
