'use strict'

// Saves of sessions under the option `onConflict`. A session that was read is stored only if what is stored still is what
// was read. Otherwise another request, in any process and of any generation of connect-mongo, has changed it: it is read
// again, and what is to be stored is made from the three versions.

const { conflictError } = require('./common/errors.js')
const { Promise, sleep } = require('./common/promises.js')
const { nextTick, uptime } = require('./common/timers.js')
const { isSame } = require('./common/value.js')
const { KIND } = require('./connection/results.js')
const { resolve } = require('./session/conflict.js')

/** @import { Value } from './common/native.js' */
/** @import { Awaitable } from './common/promises.js' */
/** @import { Codec, Coded, Session } from './session/codec.js' */
/** @import { Conflict, OnConflict } from './session/conflict.js' */

/**
 * How often a save is tried within its time. Of those that are tried at once, one succeeds. But a process that does nothing
 * but save leaves the others few moments between a read and a write.
 */
const TRIES = 200
/** The tries that follow each other without a pause, and the longest pause before the next one. */
const WITHOUT_PAUSE = 3
const PAUSE = 10 // ms

/**
 * The part of an operation that matters here.
 * @typedef {Coded & {sid: string, session: Session, since: number | undefined, finish(kind: number, first?: unknown, second?: unknown): void}} Saved
 */

/** @typedef {[kind: number, first?: any, second?: any]} Result */

/**
 * What a save writes.
 * @typedef {{value: Value, expires: number, lastModified: number | undefined}} Written
 */

class Saving {
  /** The number of saves of which both sides had changed the session. */
  conflicts = 0
  #codec
  #onConflict
  #savesDestroyed
  #send

  /**
   * @param {InstanceType<typeof Codec>} codec
   * @param {{onConflict: OnConflict, saveDestroyed: boolean}} settings
   * @param {(caller: Step, method: string, ...values: unknown[]) => void} send starts a step of an operation
   */
  constructor(codec, { onConflict, saveDestroyed }, send) {
    this.#codec = codec
    this.#onConflict = onConflict
    this.#savesDestroyed = saveDestroyed
    this.#send = send
  }

  /**
   * Saves a session, and answers the operation. Resolves when the next operation on the session may start.
   * @param {Saved} operation
   * @param {Value} id
   * @param {Written} mine
   * @param {number} now the caller's clock
   */
  async start(operation, id, mine, now) {
    /** @type {Result} */
    let result
    operation.since ??= uptime()
    try {
      result = await this.#save(operation, id, mine, now)
    } catch (error) {
      result = [KIND.FAILED, error]
    }
    // What a callback throws must not become the rejection of this promise.
    nextTick(() => operation.finish(...result))
  }

  /**
   * @param {Saved} operation
   * @param {Value} id
   * @param {Written} mine
   * @param {number} now
   * @returns {Promise<Result>}
   */
  async #save(operation, id, mine, now) {
    const known = this.#codec.versionOf(operation)
    /** @param {Written} written @param {unknown[]} condition */
    const store = async ({ value, expires, lastModified }, ...condition) => {
      const result = await this.#step(operation, 'set', id, now, value, expires, lastModified, ...condition)
      if (result[0] === KIND.DONE) this.#codec.noteSaved(operation, mine.value, { value, expires })
      return result
    }
    if (!known) return store(mine, false)

    let written = mine
    let { record } = known
    let isConflict = false
    for (let tries = 0; tries < TRIES; tries += 1) {
      if (record !== undefined) {
        const result = await store(written, true, record)
        if (result[0] !== KIND.MISSING) return result
      }
      if (tries >= WITHOUT_PAUSE) await sleep(Math.random() * PAUSE)
      const [kind, theirs, dates] = await this.#step(operation, 'get', id, now)
      if (kind === KIND.FAILED) return [kind, theirs]
      if (kind === KIND.MISSING) return this.#savesDestroyed ? store(mine, false) : [kind]
      record = dates[2] ?? theirs
      // An earlier try may have stored it, although its reply was lost.
      if (isSame(theirs, written.value)) continue
      if (isSame(theirs, known.value)) {
        written = mine
        continue
      }
      const conflict = await this.#versions(operation, known.value, mine.value, theirs, dates[0])
      if (!conflict) return [KIND.MISSING]
      const session = resolve(this.#onConflict, conflict, () => {
        if (!isConflict) this.conflicts += 1
        isConflict = true
      })
      written = await this.#encode(operation, session, now)
    }
    throw conflictError()
  }

  /**
   * The versions of a session in a conflict; undefined if there is none any more, as `unserialize` may say.
   * @param {Saved} operation
   * @param {Value | undefined} base
   * @param {Value} mine
   * @param {Value | undefined} theirs
   * @param {number | undefined} expires the date of what is stored
   * @returns {Promise<Conflict | undefined>}
   */
  async #versions(operation, base, mine, theirs, expires) {
    const read = await this.#codec.fromDocument(operation, base)
    const saved = await this.#codec.fromDocument(operation, mine)
    const stored = await this.#codec.fromDocument(operation, theirs, [expires, undefined])
    return read && saved && stored ? { sid: operation.sid, base: read, mine: saved, theirs: stored } : undefined
  }

  /**
   * What to write in a conflict.
   * @param {Saved} operation
   * @param {Awaitable<Session>} given
   * @param {number} now
   */
  async #encode(operation, given, now) {
    const session = await operation.wait(Promise.resolve(given), 'onConflict')
    if (typeof session !== 'object' || session === null) {
      throw new TypeError(
        `onConflict must return a session, but returned ${session === null ? 'null' : `a ${typeof session}`}`,
      )
    }
    return this.#codec.toDocument(operation, session, now)
  }

  /**
   * @param {Saved} operation
   * @param {string} method
   * @param {unknown[]} values
   * @returns {Promise<Result>}
   */
  #step(operation, method, ...values) {
    return new Promise((done) => this.#send(new Step(operation, done), method, ...values))
  }
}

/** One step of a save. All of them share its time. */
class Step {
  #done

  /**
   * @param {Saved} operation
   * @param {(result: Result) => void} done
   */
  constructor({ sid, since }, done) {
    this.sid = sid
    this.since = since
    this.#done = done
  }

  /**
   * @param {number} kind
   * @param {unknown} first
   * @param {unknown} second
   */
  finish(kind, first, second) {
    this.#done([kind, first, second])
  }

  /** @param {unknown} error */
  failLater(error) {
    this.#done([KIND.FAILED, error])
  }
}

module.exports = { Saving }
