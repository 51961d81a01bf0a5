// The process that is measured: an application with a store of each kind, callers on each, and stores that come and go.
// Arguments: the connection string, and the seed.

import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { serve } from '../lib/serve.mjs'
import { Caller } from './caller.mjs'
import { measureLevel, settledLevel } from './level.mjs'
import { OwnSession } from './own-session.mjs'
import { Place } from './place.mjs'
import { KIND_NAMES, Stores, mayFail } from './stores.mjs'
import { Tally } from './tally.mjs'
import { Visits } from './visits.mjs'

/** @typedef {import('./level.mjs').Level} Level */
/** @typedef {import('./stores.mjs').Kind} Kind */
/** @typedef {import('./stores.mjs').Opened} Opened */
/** @typedef {Level & { at: number }} Sample `at` is in ms since the start of the phase */
/** @typedef {{ opened: Opened[], callers: Caller[], visits: Visits, tally: Tally, samples: Sample[], timer: NodeJS.Timeout }} Phase */
/** @typedef {typeof methods} Methods */

const require = createRequire(import.meta.url)
/** @type {typeof import('../../__test__/histories/random.js')} */
const { randomFrom } = require('../../__test__/histories/random.js')
/** @type {typeof import('../../__test__/helpers/addon.js')} */
const { hasAddon } = require('../../__test__/helpers/addon.js')

const CALLERS_OF_A_STORE = 8

const [url, seed] = process.argv.slice(2)
const stores = new Stores(url)
let callers = 0
/** @type {Phase | undefined} */
let phase

// Node warns when a listener is added again and again.
process.on('warning', (warning) => {
  if (warning.name === 'MaxListenersExceededWarning') phase?.tally.failed(String(warning))
})

const methods = {
  /**
   * Opens the stores, and lets the callers call. Each store first gets a session that is too big: `bson` has buffers for the
   * largest document, whose memory is only taken when they are filled for the first time.
   * @param {{ count: number, ms: number, sampleEvery: number }} options `count` stores come and go within about `ms`
   */
  async start({ count, ms, sampleEvery }) {
    const tally = new Tally()
    /** @type {Map<Kind, Place>} */
    const places = new Map()
    const opened = KIND_NAMES.map((kind) => {
      const store = stores.open(kind)
      const options = { name: kind, tally, mayFail: mayFail.bind(undefined, kind), isFenced: hasAddon }
      places.set(kind, new Place(store.store, options))
      return store
    })
    for (const place of places.values()) await new OwnSession(place).setTooBig()
    const all = [...places.values()].flatMap((place) =>
      Array.from({ length: CALLERS_OF_A_STORE }, () => new Caller(place, randomFrom(Number(seed) + (callers += 1)))),
    )
    /** @type {Sample[]} */
    const samples = []
    const startedAt = performance.now()
    const timer = setInterval(async () => {
      samples.push({ ...(await measureLevel()), at: performance.now() - startedAt })
    }, sampleEvery)
    phase = { opened, callers: all, visits: new Visits(stores, places, { tally, count, ms }), tally, samples, timer }
  },

  /**
   * Lets the callers finish, and closes the stores. Resolves with what was seen, and with `idle`: what the process holds while the
   * stores are open and nobody has called them for `idleMs`, when that is no more than `bound`, or after a while.
   * @param {{ idleMs: number, bound: Partial<Level> }} options
   */
  async stop({ idleMs, bound }) {
    const { opened, visits, tally, samples, timer, ...others } = /** @type {Phase} */ (phase)
    await visits.stop()
    clearInterval(timer)
    await Promise.all(others.callers.map((caller) => caller.stop()))
    await sleep(idleMs)
    const idle = await settledLevel(bound)
    await Promise.all(opened.map(({ close }) => close()))
    phase = undefined
    return { ...tally.total(), samples, idle, hasAddon }
  },

  /**
   * Resolves with what the process still holds, when that is no more than `bound` and no store is left in memory, or after
   * a while.
   * @param {Partial<Level>} bound
   */
  async rest(bound) {
    const level = await settledLevel(bound, () => stores.alive === 0)
    return { ...level, stores: stores.alive }
  },
}

serve(methods)
