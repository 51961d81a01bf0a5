'use strict'

// A test that sets the clock of JavaScript sets the clock of the store, as with connect-mongo: sessions expire by it.

const assert = require('node:assert/strict')
const { mock } = require('node:test')
const { untilConnected } = require('./harness.js')
const { makeStore } = require('./packages.js')

const HOUR = 3_600_000 // ms
const TTL = 2 * HOUR
/** Moments that the system's clock is far away from. */
const MOMENTS = { past: Date.UTC(2001, 1, 3), future: Date.UTC(2101, 1, 3) }

/** Ways to set the clock of JavaScript. Each gives functions that set it to a moment, and back to the system's. */
const CLOCKS = {
  'the mock timers of node:test': () => ({
    set: (moment) => {
      mock.timers.reset()
      mock.timers.enable({ apis: ['Date'], now: moment })
    },
    restore: () => mock.timers.reset(),
  }),
  'a Date in the place of the global one': () => {
    const RealDate = globalThis.Date
    return {
      set: (moment) => {
        globalThis.Date = class Date extends RealDate {
          constructor(...args) {
            super(...(args.length > 0 ? args : [moment]))
          }

          static now() {
            return moment
          }
        }
      },
      restore: () => {
        globalThis.Date = RealDate
      },
    }
  },
  'a Date.now that ticks with each call': () => {
    const RealDate = globalThis.Date
    return {
      set: (start) => {
        let moment = start
        globalThis.Date = class Date extends RealDate {
          constructor(...args) {
            super(...(args.length > 0 ? args : [moment++]))
          }

          static now() {
            return moment++
          }
        }
      },
      restore: () => {
        globalThis.Date = RealDate
      },
    }
  },
}

/** Calls a method, and resolves with what its callback gets. */
function call(store, method, ...args) {
  return new Promise((resolve) => {
    store[method](...args, (error, value) => resolve(error ? `failed: ${error.message}` : value))
  })
}

const until = (moment, n) => ({ cookie: { expires: new Date(moment) }, n })

/** A life of sessions by the hours of a clock. Gives what the store has answered, without the dates of cookies. */
async function live({ store, collection, hasAll }, { set, restore }, start) {
  const answers = []
  const note = async (hours, method, ...args) => {
    if (method === 'all' && !hasAll) return
    set(start + hours * HOUR)
    const answer = await call(store, method, ...args)
    const numbers = Array.isArray(answer) ? answer.map(({ n }) => n).sort() : (answer?.n ?? answer ?? null)
    if (['get', 'all', 'length'].includes(method)) answers.push([hours, method, ...args, numbers])
  }
  try {
    await note(0, 'set', 'a', until(start + HOUR, 1))
    await note(0, 'set', 'browser', { cookie: {}, n: 2 })
    await note(0, 'set', 'never', { n: 3 })
    await note(0, 'set', 'over', until(start - 1, 4))
    for (const sid of ['a', 'browser', 'never', 'over']) await note(0.5, 'get', sid)
    await note(0.5, 'all')
    await note(0.9, 'touch', 'a', until(start + 3 * HOUR, 1))
    await note(1.5, 'get', 'a')
    await note(1.5, 'all')
    await note(2.5, 'get', 'a')
    await note(2.5, 'get', 'browser')
    await note(2.5, 'all')
    await note(3.5, 'get', 'a')
    await note(3.5, 'all')
    // Set back, as by another test.
    await note(0.5, 'all')
    await note(0.5, 'length')
    await note(3.5, 'destroy', 'a')
    await note(3.5, 'length')
  } finally {
    restore()
  }
  const documents = await collection.find().sort({ _id: 1 }).toArray()
  // Ticks are minutes apart at most.
  const minutes = (date) => Math.floor((date - start) / 60_000)
  return { answers, expiries: documents.map(({ _id, expires }) => [_id, minutes(expires)]) }
}

async function clockTests(t, { generation, server }) {
  for (const [how, makeClock] of Object.entries(CLOCKS)) {
    for (const [when, start] of Object.entries(MOMENTS)) {
      await t.test(`sessions expire by the clock of JavaScript: ${how}, in the ${when}`, async () => {
        const told = {}
        for (const side of ['genuine', 'ours']) {
          const name = server.freshDb()
          const store = makeStore(generation, side, server.url(name), { autoRemove: 'disabled', ttl: TTL / 1000 })
          await untilConnected(store)
          const collection = server.db(name).collection('sessions')
          // connect-mongo 1 has no `all`.
          told[side] = await live({ store, collection, hasAll: generation > 1 }, makeClock(), start)
          await store.close()
        }
        assert.ok(told.genuine.answers.some(([, method, , found]) => method === 'get' && found === 1))
        assert.deepEqual(told.ours, told.genuine)
      })
    }
  }
}

module.exports = { clockTests }
