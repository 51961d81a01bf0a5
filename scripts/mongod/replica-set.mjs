// A replica set on 127.0.0.1, with elections quick enough for tests.

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, dependency } from '../lib/process.mjs'
import { createRootUser, launch } from './server.mjs'
import { connectionString, withDatabase } from './uri.mjs'
import { unwatch, watch } from './watchdog.mjs'

const ELECTION_TIMEOUT = 60_000 // ms

/**
 * Starts a replica set and resolves when it has a primary and every other member is a secondary.
 *
 * - `nodes`: how many members; default 3.
 * - `name`: default "rs0".
 * - `version`, `args`, `auth`, `clientOptions`: as in startServer, for each member.
 */
export async function startReplicaSet({ nodes = 3, name = 'rs0', version, args = [], auth, clientOptions = {} } = {}) {
  const keyFile = auth && (await createKeyFile())
  const memberArgs = ['--replSet', name, ...(keyFile ? ['--keyFile', keyFile.path] : []), ...args]
  const started = await Promise.allSettled(Array.from({ length: nodes }, () => launch({ version, args: memberArgs })))
  const members = started.filter(({ status }) => status === 'fulfilled').map(({ value }) => value)
  const set = new ReplicaSet(name, members, keyFile, clientOptions)
  try {
    const failed = started.find(({ status }) => status === 'rejected')
    if (failed) throw failed.reason
    await set.initiate(auth)
    return set
  } catch (error) {
    await set.stop()
    throw error
  }
}

/** The secret by which members know each other; a set with users can't do without. */
async function createKeyFile() {
  const folder = await mkdtemp(join(tmpdir(), 'connect-mongo-native-'))
  const path = join(folder, 'key')
  await writeFile(path, randomBytes(48).toString('base64'), { mode: 0o600 })
  return { path, folder }
}

class ReplicaSet {
  name
  /** The servers, each as startServer gives it. */
  members
  auth
  #keyFile
  #clientOptions

  constructor(name, members, keyFile, clientOptions) {
    this.name = name
    this.members = members
    this.#keyFile = keyFile
    this.#clientOptions = clientOptions
    if (keyFile) watch({ folder: keyFile.folder })
  }

  /** The connection string, without a database. */
  get uri() {
    const hosts = this.members.map((member) => member.host)
    return connectionString({ hosts, auth: this.auth, options: { replicaSet: this.name } })
  }

  /** The connection string with a database. */
  url(database) {
    return withDatabase(this.uri, database)
  }

  /** Makes a set of the servers; called once. */
  async initiate(auth) {
    const config = {
      _id: this.name,
      members: this.members.map((member, index) => ({ _id: index, host: member.host })),
      settings: { electionTimeoutMillis: 2000, heartbeatIntervalMillis: 500 },
    }
    await this.#command(this.members[0], { replSetInitiate: config })
    const primary = await this.primary()
    await this.#until('every member to be a secondary', async () => {
      const states = await Promise.all(this.members.map((member) => this.#isMaster(member)))
      return states.every((state) => state?.ismaster || state?.secondary)
    })
    if (!auth) return
    await createRootUser(primary.uri, auth, this.#clientOptions)
    for (const part of [this, ...this.members]) part.auth = auth
  }

  /** The member that is the primary, once there is one. */
  async primary() {
    return this.#until('a primary', async () => {
      for (const member of this.members) {
        if ((await this.#isMaster(member))?.ismaster) return member
      }
      return undefined
    })
  }

  /** Makes the primary step down, so that for `seconds` it can't be elected; resolves with the next primary. */
  async stepDown(seconds = 10) {
    const primary = await this.primary()
    // Alone, it would wait in vain for a secondary to catch up.
    const secondaryCatchUpPeriodSecs = this.members.length === 1 ? 0 : Math.min(5, seconds)
    await this.#command(primary, { replSetStepDown: seconds, secondaryCatchUpPeriodSecs, force: true })
    return this.primary()
  }

  /** Ends all members and removes their data. */
  async stop() {
    await Promise.all(this.members.map((member) => member.stop()))
    if (!this.#keyFile) return
    await rm(this.#keyFile.folder, { recursive: true, force: true })
    unwatch({ folder: this.#keyFile.folder })
  }

  /** A member's view of itself; undefined while it is down. The old name of `hello` is known to all versions. */
  async #isMaster(member) {
    return member.pid && this.#command(member, { isMaster: 1 }).catch(() => undefined)
  }

  async #command(member, command) {
    const { MongoClient } = await dependency('mongodb')
    const client = new MongoClient(member.uri, { serverSelectionTimeoutMS: 5000, ...this.#clientOptions })
    try {
      return await client.db('admin').command(command)
    } finally {
      await client.close()
    }
  }

  async #until(what, condition) {
    for (const deadline = Date.now() + ELECTION_TIMEOUT; Date.now() < deadline; await sleep(100)) {
      const result = await condition()
      if (result) return result
    }
    throw new Failure(`The replica set waited ${ELECTION_TIMEOUT / 1000} s in vain for ${what}.`)
  }
}
