'use strict'

// Follows which servers a driver's client finds, and reports each outage once, as `src/engine/outage.rs` does for the
// addon.

const { clearTimeout, setTimeout } = require('../../common/timers.js')
const { causesOf, serversOf } = require('./servers.js')

/** @import { EventEmitter } from 'node:events' */
/** @import { Topology } from './servers.js' */

/**
 * How long servers that answered before must be away to count as an outage. A broken connection or an election does
 * not.
 */
const GRACE = 1000 // ms
const EVENT = 'topologyDescriptionChanged'
/** The types of servers that accept writes. */
const WRITABLE = new Set(['Standalone', 'RSPrimary', 'Mongos', 'LoadBalancer'])

/**
 * The followers of each client, and the one listener for all of them. Many listeners would look like a leak.
 * @type {WeakMap<EventEmitter, {all: Set<Follower>, listener: (change: {newDescription: Topology}) => void}>}
 */
const followed = new WeakMap()

/** @typedef {(topology: Topology) => void} Follower */

class Outages {
  #emitter
  #tell
  #hasAnswered = false
  #isLost = false
  /** @type {NodeJS.Timeout | undefined} */
  #timer
  /** @type {Topology} */
  #topology = {}

  /**
   * @param {EventEmitter | undefined} emitter what emits the driver's events, if anything does
   * @param {object} tell
   * @param {(error: Error) => void} tell.lost
   * @param {() => void} tell.back
   */
  constructor(emitter, tell) {
    this.#emitter = emitter
    this.#tell = tell
    if (emitter) follow(emitter, this.#take)
  }

  /** Notes that a server has answered, so it was available before any later outage. */
  answered() {
    this.#hasAnswered = true
  }

  end() {
    clearTimeout(this.#timer)
    if (this.#emitter) unfollow(this.#emitter, this.#take)
  }

  #take = (/** @type {Topology} */ topology) => {
    this.#topology = topology
    const { why, all } = outageOf(topology, this.#hasAnswered)
    if (why === undefined) {
      clearTimeout(this.#timer)
      this.#timer = undefined
      if (serversOf(topology).some(({ type }) => WRITABLE.has(String(type)))) this.#hasAnswered = true
      if (this.#isLost) this.#tell.back()
      this.#isLost = false
    } else if (all && !this.#hasAnswered) this.#lose()
    else if (!this.#isLost) this.#timer ??= setTimeout(this.#lose, GRACE).unref()
  }

  #lose = () => {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const { why } = outageOf(this.#topology, this.#hasAnswered)
    if (this.#isLost || why === undefined) return
    this.#isLost = true
    this.#tell.lost(new Error(why))
  }
}

/**
 * @param {EventEmitter} emitter
 * @param {Follower} take
 */
function follow(emitter, take) {
  const known = followed.get(emitter)
  if (known) {
    known.all.add(take)
    return
  }
  const all = new Set([take])
  const listener = (/** @type {{newDescription: Topology}} */ { newDescription }) => {
    for (const each of all) each(newDescription)
  }
  followed.set(emitter, { all, listener })
  emitter.on(EVENT, listener)
}

/**
 * @param {EventEmitter} emitter
 * @param {Follower} take
 */
function unfollow(emitter, take) {
  const { all, listener } = followed.get(emitter) ?? {}
  if (!all || !listener) return
  all.delete(take)
  if (all.size > 0) return
  followed.delete(emitter)
  emitter.off(EVENT, listener)
}

/**
 * Why operations find no server, and whether every server was tried. There is no reason if they find one, or if nothing
 * is known yet.
 * @param {Topology} topology
 * @param {boolean} hasAnswered
 * @returns {{why?: string, all?: boolean}}
 */
function outageOf(topology, hasAnswered) {
  const servers = serversOf(topology)
  if (servers.some(({ type }) => WRITABLE.has(String(type)))) return {}
  const names = servers.map(({ address }) => address).join(', ')
  if (servers.some(({ type }) => String(type).startsWith('RS'))) return { why: `there is no primary among ${names}` }
  const causes = causesOf(topology)
  if (causes.length > 0) return { why: causes.join('; '), all: causes.length === servers.length }
  return hasAnswered && servers.length > 0 ? { why: `${names} did not answer` } : {}
}

module.exports = { Outages }
