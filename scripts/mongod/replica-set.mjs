// A replica set on 127.0.0.1, with elections that are fast enough for tests.

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MongoClient, MongoServerError } from 'mongodb'
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
 * @property {number} [electionTimeout] how long the members wait for a silent primary before they elect another one, in ms;
 *   default 2000. The first election does not wait for that. Not for a set with users
 */

/** How long an election may take. */
const ELECTION_TIMEOUT = 60_000 // ms
/** How long a command waits for a member that is there, on a slow machine. */
const SELECTION_TIMEOUT = 30_000 // ms
/** How long the question for a member's state waits: the member may stand still. */
const STATE_TIMEOUT = 5000 // ms

/**
 * How a member answers that could not step down in time, or is no longer the primary: LockTimeout, PrimarySteppedDown,
 * ExceededTimeLimit, NotWritablePrimary and InterruptedDueToReplStateChange.
 * @type {Set<unknown>}
 */
const NOT_STEPPED_DOWN = new Set([24, 189, 262, 10107, 11602])

/**
 * Starts a replica set and resolves when it has a primary and every other member is a secondary. The options of
 * startServer apply to each member.
 * @param {SetOptions & Omit<import('./server.mjs').LaunchOptions, 'port'> & import('./server.mjs').UserOptions} [options]
 */
export async function startReplicaSet({
  nodes = 3,
  name = 'rs0',
  hostOf = ({ host }) => host,
  electionTimeout,
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
    await set.initiate(auth, electionTimeout)
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
   * @param {number} [electionTimeout] in ms
   */
  async initiate(auth, electionTimeout) {
    const config = {
      _id: this.name,
      members: this.hosts.map((host, index) => ({ _id: index, host })),
      settings: { electionTimeoutMillis: electionTimeout ?? 2000, heartbeatIntervalMillis: 500 },
    }
    await this.#command(this.members[0], { replSetInitiate: config })
    if (electionTimeout !== undefined) await this.#elect(this.members[0])
    const primary = await this.primary()
    await this.complete()
    if (!auth) return
    await createRootUser(primary.uri, auth, this.#clientOptions)
    for (const part of [this, ...this.members]) part.auth = auth
  }

  /**
   * Makes a member the primary without waiting until it tries to become the primary by itself.
   * @param {Server} member
   */
  async #elect(member) {
    await this.#until('the first election', async () => {
      // A member refuses as long as it does not know the others.
      await this.#command(member, { replSetStepUp: 1 }).catch(() => undefined)
      return (await this.#isMaster(member))?.ismaster
    })
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

  /** Resolves when one member is the primary and every other one is a secondary. */
  async complete() {
    await this.#until('every other member than the primary to be a secondary', async () => {
      const states = await Promise.all(this.members.map((member) => this.#isMaster(member)))
      // A former primary may not know yet that there is another one.
      const primaries = states.filter((state) => state?.ismaster)
      return primaries.length === 1 && states.every((state) => state?.ismaster || state?.secondary)
    })
  }

  /**
   * Makes the primary step down, and resolves with the next primary.
   * @param {number} [seconds] how long the old primary can't be elected again
   */
  async stepDown(seconds = 10) {
    // A set of one member has no secondary that could catch up.
    const secondaryCatchUpPeriodSecs = this.members.length === 1 ? 0 : Math.min(5, seconds)
    await this.#until('the primary to step down', async () => {
      const primary = await this.primary()
      try {
        await this.#command(primary, { replSetStepDown: seconds, secondaryCatchUpPeriodSecs, force: true })
        return true
      } catch (error) {
        // On a slow machine, `seconds` may be over before the server can step down.
        if (error instanceof MongoServerError && NOT_STEPPED_DOWN.has(error.code)) return false
        throw error
      }
    })
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
    return this.#command(member, { isMaster: 1 }, STATE_TIMEOUT).catch(() => undefined)
  }

  /**
   * @param {Server} member
   * @param {import('mongodb').Document} command
   * @param {number} [serverSelectionTimeoutMS]
   */
  async #command(member, command, serverSelectionTimeoutMS = SELECTION_TIMEOUT) {
    const client = new MongoClient(member.uri, { serverSelectionTimeoutMS, ...this.#clientOptions })
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
