'use strict'

// Prepares the collection of a store in the background, again and again until a server has answered.

const { sleep } = require('../../common/promises.js')
const { FAILURE, failureOf, uselessIndexError } = require('./failure.js')
const { isOfCosmos, removesExpired, removesUnchanged } = require('./queries.js')

/** @import { Db } from '../../settings/borrowed/shape.js' */
/** @import { Calls } from './calls.js' */
/** @import { Carrier } from './carrier.js' */
/** @import { Source } from './source.js' */

/** The pauses between attempts: the first one, and the longest. */
const PAUSES = [500, 30_000] // ms

/**
 * @param {object} settings
 * @param {Source} settings.source
 * @param {boolean} settings.ttlIndex whether to make the TTL index
 * @param {Carrier} carrier learns whether a server answers
 * @param {object} tell
 * @param {(error?: Error) => void} tell.ready a server has answered, and may have refused the index
 * @param {(error: Error) => void} tell.unavailable no server has answered
 */
async function prepare({ source, ttlIndex }, carrier, { ready, unavailable }) {
  const [shortest, longest] = PAUSES
  for (let pause = shortest; !carrier.isClosed; pause = Math.min(pause * 2, longest)) {
    try {
      const { calls, db } = await source.open()
      if (ttlIndex) await ensureTtlIndex(calls, db)
      else await calls.ping(db)
      carrier.reach = true
      return ready()
    } catch (thrown) {
      // The store tries again, however often the driver has tried by itself.
      const { kind, error } = failureOf(thrown, { isStandIn: source.isStandIn, servers: source.servers })
      // The server answered and refused. Operations may work all the same.
      carrier.reach = typeof error.code === 'number' && (kind === FAILURE.FINAL || kind === FAILURE.CONFLICT)
      if (carrier.reach) return ready(error)
      if (!carrier.isClosed) unavailable(error)
    }
    await sleep(pause, { keepsAlive: false })
  }
  return undefined
}

/**
 * Makes the TTL index. If the server refuses or ignores that, another index may remove expired sessions.
 * @param {Calls} calls
 * @param {Db} db
 */
async function ensureTtlIndex(calls, db) {
  let isIgnored = false
  try {
    isIgnored = isOfCosmos(await calls.makeIndex(db))
    if (isIgnored) throw uselessIndexError()
  } catch (error) {
    const isRefusal = typeof (/** @type {{code?: unknown}} */ (error).code) === 'number'
    // If the user may not list indexes, the error is what the server said about the index.
    const indexes = isRefusal ? await calls.indexes(db).catch(() => []) : []
    if (!indexes.some((index) => removesUnchanged(index) || (!isIgnored && removesExpired(index)))) throw error
  }
}

module.exports = { prepare }
