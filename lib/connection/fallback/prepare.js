'use strict'

// Prepares the collection of a store in the background: until a server has answered, as often as it takes.

const { setTimeout: sleep } = require('node:timers/promises')
const { FAILURE, failureOf } = require('./failure.js')

/** The pauses between attempts: the first one, and the longest. */
const PAUSES = [500, 30_000] // ms

/**
 * @param {object} settings of `driver-store.js`
 * @param {Carrier} carrier of `carrier.js`, which is told whether a server answers
 * @param {object} tell
 * @param {(error?: Error) => void} tell.ready a server has answered; it may have refused the index
 * @param {(error: Error) => void} tell.unavailable none has
 */
async function prepare({ source, ttlIndex }, carrier, { ready, unavailable }) {
  const [shortest, longest] = PAUSES
  for (let pause = shortest; !carrier.isClosed; pause = Math.min(pause * 2, longest)) {
    try {
      const { calls, db } = await source.open()
      if (ttlIndex) await calls.makeIndex()
      else await calls.ping(db)
      carrier.reach = true
      return ready()
    } catch (thrown) {
      // Whatever the driver has tried by itself, there is another time.
      const { kind, error } = failureOf(thrown, { isStandIn: source.isStandIn })
      // The server answered, and said no: operations may work all the same.
      carrier.reach = typeof error.code === 'number' && [FAILURE.FINAL, FAILURE.CONFLICT].includes(kind)
      if (carrier.reach) return ready(error)
      if (!carrier.isClosed) unavailable(error)
    }
    await sleep(pause, undefined, { ref: false })
  }
  return undefined
}

module.exports = { prepare }
