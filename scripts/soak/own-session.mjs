// A session that only one caller uses, and what the caller does with it. Each answer is compared with what may be stored.

import { randomBytes } from 'node:crypto'
import session from 'express-session'
import { codeOf } from '../lib/program.mjs'
import { Expected } from './expected.mjs'

/** @typedef {import('./place.mjs').Place} Place */
/** @typedef {import('./place.mjs').Failed} Failed */
/** @typedef {import('./place.mjs').Span} Span */
/** @typedef {{ bytes: number, ms: number }} Form of a session: the size of its text, and how long it lives */

/** More than a document of MongoDB can have, in bytes. */
const TOO_BIG = 17_000_000
/** The code of a save that was left out, because its session was gone. */
const GONE = 'ERR_SESSION_GONE'
/** The message of a touch that found no session. */
const NOT_FOUND = 'Unable to find the session to touch'

export class OwnSession {
  sid
  #place
  #expected = new Expected()
  #writes = 0
  #isLost = false

  /**
   * @param {Place} place
   * @param {string} [sid] of a session that does not exist yet
   */
  constructor(place, sid = randomBytes(16).toString('hex')) {
    this.#place = place
    this.sid = sid
  }

  /** Whether nobody can tell any more what may be stored, because a late write may still happen. */
  get isLost() {
    return this.#isLost
  }

  /**
   * From now on the session is used through another store.
   * @param {Place} place
   */
  moveTo(place) {
    this.#place = place
  }

  /**
   * A login, or whatever else stores a new object.
   * @param {Form} form
   * @param {{ cookie: session.Cookie }} [target] the object to store
   */
  async set(form, target = { cookie: new session.Cookie() }) {
    const state = this.#fill(target, form)
    const answer = await this.#place.ask('set', this.sid, target)
    if (answer.isDone) this.#expected.wrote(state)
    else this.#unknown(answer, () => this.#expected.mayHaveWritten(state))
  }

  /** Resolves with the session, which may be null. */
  async get() {
    const answer = await this.#place.ask('get', this.sid)
    if (!answer.isDone) this.#place.failed(answer.error)
    else if (this.#check(valueOf(answer.value), answer)) return answer.value
    return null
  }

  /**
   * A request that changes its session: reads it, and saves it by the same object.
   * @param {Form} form
   */
  async save(form) {
    const found = await this.get()
    if (!found) return
    const state = this.#fill(found, form)
    const answer = await this.#place.ask('set', this.sid, found)
    if (answer.isDone) this.#expected.wrote(state)
    else if (codeOf(answer.error) === GONE) this.#check(null, answer)
    else this.#unknown(answer, () => this.#expected.mayHaveWritten(state))
  }

  /**
   * A request that only reads its session.
   * @param {Form} form
   */
  async touch({ ms }) {
    const found = await this.get()
    if (!found) return
    const expires = renew(found, ms)
    const answer = await this.#place.ask('touch', this.sid, found)
    if (answer.isDone) this.#expected.touched(expires, answer.end)
    else if (Object(answer.error).message === NOT_FOUND) this.#check(null, answer)
    else this.#unknown(answer, () => this.#expected.mayHaveTouched(expires))
  }

  /** A logout. */
  async destroy() {
    const answer = await this.#place.ask('destroy', this.sid)
    if (answer.isDone) this.#expected.removed()
    else this.#unknown(answer, () => this.#expected.mayHaveRemoved())
  }

  /** Looks at the session a last time, and removes it. */
  async leave() {
    await this.get()
    await this.destroy()
  }

  /**
   * A login that changes the session id. Resolves with the session that replaces this one.
   * @param {Form} form
   */
  async regenerate(form) {
    const request = /** @type {any} */ ({ sessionID: this.sid, sessionStore: this.#place.store })
    const answer = await this.#place.ask('regenerate', request)
    if (!answer.isDone) {
      this.#unknown(answer, () => this.#expected.mayHaveRemoved())
      return this
    }
    const next = new OwnSession(this.#place, request.sessionID)
    await next.set(form, request.session)
    return next
  }

  /**
   * A write whose caller reads no answer, neither by a promise nor by a callback.
   * @param {Form} form
   * @param {boolean} withCallback
   */
  setUnanswered(form, withCallback) {
    const target = { cookie: new session.Cookie() }
    const state = this.#fill(target, form)
    this.#place.tally.asked()
    if (withCallback) this.#place.store.set(this.sid, target, () => {})
    else this.#place.store.set(this.sid, target)
    this.#expected.mayHaveWritten(state)
    this.#isLost ||= !this.#place.isFenced
  }

  /** A session that can't be made text or a document, because it contains itself. What is stored must stay as it is. */
  async setCircular() {
    const target = { cookie: new session.Cookie(), self: {} }
    target.self = target
    await this.#mustFail(target)
  }

  /** A session that the server refuses. What is stored must stay as it is. */
  async setTooBig() {
    await this.#mustFail({ cookie: new session.Cookie(), text: 'x'.repeat(TOO_BIG) })
  }

  /** @param {object} target */
  async #mustFail(target) {
    const answer = await this.#place.ask('set', this.sid, target)
    if (answer.isDone) this.#place.answeredWrongly('a bad session was stored')
    else this.#place.tally.refused()
  }

  /**
   * Looks for the session among all of a store.
   * @param {{ owner?: string }[]} sessions
   * @param {Span} span
   */
  findIn(sessions, span) {
    const own = sessions.find(({ owner }) => owner === this.sid)
    this.#check(own ? valueOf(own) : null, span)
  }

  /**
   * Gives a session new content. Returns what is then expected.
   * @param {object} target
   * @param {Form} form
   */
  #fill(target, { bytes, ms }) {
    const value = `${this.sid} ${(this.#writes += 1)} ${bytes}`
    Object.assign(target, { owner: this.sid, value, text: textOf(value) })
    return { value, expires: renew(target, ms) }
  }

  /**
   * @param {string | null} value
   * @param {Span} span
   */
  #check(value, span) {
    const expected = String(this.#expected)
    const isRight = this.#expected.finds(value, span)
    if (!isRight) this.#place.answeredWrongly(`found ${value} from ${span.start} to ${span.end} instead of ${expected}`)
    return isRight
  }

  /**
   * A write failed, and may have happened all the same.
   * @param {Failed} answer
   * @param {() => void} note
   */
  #unknown(answer, note) {
    note()
    this.#place.failed(answer.error)
    this.#isLost ||= !this.#place.isFenced
  }
}

/**
 * Gives a session a new cookie. Returns when it expires, in ms since 1970.
 * @param {object} target
 * @param {number} ms
 */
function renew(target, ms) {
  const cookie = new session.Cookie()
  cookie.maxAge = ms
  Object.assign(target, { cookie })
  return Number(cookie.expires)
}

/**
 * The text of a session, which its value determines.
 * @param {string} value ends with the size
 */
function textOf(value) {
  return value.padEnd(Number(value.slice(value.lastIndexOf(' '))), value)
}

/**
 * The value of a session, or what no session has.
 * @param {any} found
 */
function valueOf(found) {
  if (!found) return null
  return textOf(found.value) === found.text ? String(found.value) : `${found.value} with another text`
}
