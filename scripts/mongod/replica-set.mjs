// A replica set on 127.0.0.1, with elections that are fast enough for tests.

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MongoClient } from 'mongodb'
import { Failure } from '../lib/program.mjs'
import { createRootUser, launch } from './server.mjs'
import { connectionString, withDatabase } from './uri.mjs'
import { unwatch, watch } from './watchdog.mjs'

/** @typedef {import('./server.mjs').Server} Server */
/** @typedef {import('./uri.mjs').Credentials} Credentials */
/** @typedef {{ path: string, folder: string }} KeyFile */
/** @typedef {(member: Server) => string | Promise<string>} HostOf */

/**
 * @typedef {object} SetOptions
 * @property {number} [nodes] the number of members; default 3
 * @property {string} [name] default "rs0"
 * @property {HostOf} [hostOf] the address by which clients and the other members know a member, such as that of a proxy in
 *   front of it; default: its own
 */

const ELECTION_TIMEOUT = 60_000 // ms

/**
 * Starts a replica set and resolves when it has a primary and every other member is a secondary. The options of
 * startServer apply to each member.
 * @param {SetOptions & Omit<import('./server.mjs').LaunchOptions, 'port'> & import('./server.mjs').UserOptions} [options]
 */
export async function startReplicaSet({
  nodes = 3,
  name = 'rs0',
  hostOf = ({ host }) => host,
  version,
  args = [],
  auth,
  clientOptions = {},
} = {}) {
  const keyFile = auth && (await createKeyFile())
  const memberArgs = ['--replSet', name, ...(keyFile ? ['--keyFile', keyFile.path] : []), ...args]
  const started = await Promise.allSettled(Array.from({ length: nodes }, () => launch({ version, args: memberArgs })))
  const members = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const set = new ReplicaSet(name, members, keyFile, clientOptions)
  try {
    const failed = started.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
    set.hosts = await Promise.all(members.map(hostOf))
    await set.initiate(auth)
    return set
  } catch (error) {
    await set.stop()
    throw error
  }
}

/**
 * Creates the secret with which the members authenticate to each other. A set with users needs one.
 * @returns {Promise<KeyFile>}
 */
async function createKeyFile() {
  const folder = await mkdtemp(join(tmpdir(), 'connect-mongo-native-'))
  const path = join(folder, 'key')
  await writeFile(path, randomBytes(48).toString('base64'), { mode: 0o600 })
  return { path, folder }
}

export class ReplicaSet {
  name
  /** The servers, each as startServer returns it. */
  members
  /**
   * The addresses of the members, in the same order.
   * @type {string[]}
   */
  hosts
  /** @type {Credentials | undefined} */
  auth
  #keyFile
  #clientOptions

  /**
   * @param {string} name
   * @param {Server[]} members
   * @param {KeyFile | undefined} keyFile
   * @param {import('./server.mjs').ClientOptions} clientOptions
   */
  constructor(name, members, keyFile, clientOptions) {
    this.name = name
    this.members = members
    this.hosts = members.map(({ host }) => host)
    this.#keyFile = keyFile
    this.#clientOptions = clientOptions
    if (keyFile) watch({ folder: keyFile.folder })
  }

  /** The connection string, without a database. */
  get uri() {
    return connectionString({ hosts: this.hosts, auth: this.auth, options: { replicaSet: this.name } })
  }

  /**
   * The connection string with a database.
   * @param {string} database
   */
  url(database) {
    return withDatabase(this.uri, database)
  }

  /**
   * Joins the servers to a set. Must be called only once.
   * @param {Credentials} [auth]
   */
  async initiate(auth) {
    const config = {
      _id: this.name,
      members: this.hosts.map((host, index) => ({ _id: index, host })),
      settings: { electionTimeoutMillis: 2000, heartbeatIntervalMillis: 500 },
    }
    await this.#command(this.members[0], { replSetInitiate: config })
    const primary = await this.primary()
    await this.complete()
    if (!auth) return
    await createRootUser(primary.uri, auth, this.#clientOptions)
    for (const part of [this, ...this.members]) part.auth = auth
  }

  /** Resolves with the primary as soon as there is one. */
  async primary() {
    return this.#until('a primary', async () => {
      for (const member of this.members) {
        if ((await this.#isMaster(member))?.ismaster) return member
      }
      return undefined
    })
  }

  /** Resolves with the other members than the primary, as soon as there is one. */
  async secondaries() {
    const primary = await this.primary()
    return this.members.filter((member) => member !== primary)
  }

  /** Resolves when every member is the primary or a secondary. */
  async complete() {
    await this.#until('every member to be a secondary', async () => {
      const states = await Promise.all(this.members.map((member) => this.#isMaster(member)))
      return states.every((state) => state?.ismaster || state?.secondary) && states.some((state) => state?.ismaster)
    })
  }

  /**
   * Makes the primary step down, and resolves with the next primary.
   * @param {number} [seconds] how long the old primary can't be elected again
   */
  async stepDown(seconds = 10) {
    const primary = await this.primary()
    // A set of one member has no secondary that could catch up.
    const secondaryCatchUpPeriodSecs = this.members.length === 1 ? 0 : Math.min(5, seconds)
    await this.#command(primary, { replSetStepDown: seconds, secondaryCatchUpPeriodSecs, force: true })
    return this.primary()
  }

  /** Kills all members and removes their data. */
  async stop() {
    await Promise.all(this.members.map((member) => member.stop()))
    if (!this.#keyFile) return
    await rm(this.#keyFile.folder, { recursive: true, force: true })
    unwatch({ folder: this.#keyFile.folder })
  }

  /**
   * What a member says about its state; undefined while it is down. `isMaster` is the old name of `hello`, which all
   * versions know.
   * @param {Server} member
   */
  async #isMaster(member) {
    if (member.pid === undefined) return undefined
    return this.#command(member, { isMaster: 1 }).catch(() => undefined)
  }

  /**
   * @param {Server} member
   * @param {import('mongodb').Document} command
   */
  async #command(member, command) {
    const client = new MongoClient(member.uri, { serverSelectionTimeoutMS: 5000, ...this.#clientOptions })
    try {
      return await client.db('admin').command(command)
    } finally {
      await client.close()
    }
  }

  /**
   * Waits until `condition` gives a value that is not falsy, and resolves with this value.
   * @template T
   * @param {string} what
   * @param {() => Promise<T | undefined | false>} condition
   * @returns {Promise<T>}
   */
  async #until(what, condition) {
    for (const deadline = Date.now() + ELECTION_TIMEOUT; Date.now() < deadline; await sleep(100)) {
      const result = await condition()
      if (result) return result
    }
    throw new Failure(`The replica set waited for ${what}, which did not happen within ${ELECTION_TIMEOUT / 1000} s.`)
  }
}
