// Compares two built checkouts of this package: `node benchmark/compare.mjs URL OLD NEW [operation:in flight …]`, for example
// `node benchmark/compare.mjs mongodb://127.0.0.1:27017/compare ../before . get:128 set:1`. The checkouts take turns, and each
// measurement is a new process. Prints the medians of throughput and of the event-loop time of one operation, with their
// ratios.

import { fork } from 'node:child_process'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Failure, runAsProgram } from '../scripts/lib/program.mjs'
import { median } from './lib/statistics.mjs'

/** @typedef {(n: number, callback: import('./lib/types.js').Done) => void} Call */
/** @typedef {{ rate: number, loop: number }} Measurement operations per second, and event-loop time of one in µs */

const ROUNDS = 5
const SESSIONS = 1000
const TIMES = { warmUp: 500, measured: 1500 } // ms
const SELECTION = ['get:128', 'set:128', 'touch:128', 'get:1', 'set:1', 'touch:1']
const HOUR = 3_600_000 // ms

/** @param {number} n */
function session(n) {
  const cookie = { originalMaxAge: HOUR, expires: new Date(Date.now() + HOUR), httpOnly: true, path: '/' }
  return { cookie, n, text: 'x'.repeat(900) }
}

/**
 * Measures one operation.
 * @param {Call} call
 * @param {number} inFlight the number of operations in flight
 * @param {number} time in ms
 * @returns {Promise<Measurement>}
 */
function measureFor(call, inFlight, time) {
  return new Promise((resolveMeasured, reject) => {
    const start = performance.now()
    const before = performance.eventLoopUtilization()
    let [open, done, n] = [0, 0, 0]
    const next = () => {
      const elapsed = performance.now() - start
      if (elapsed > time) {
        if (open > 0) return
        const { active } = performance.eventLoopUtilization(before)
        resolveMeasured({ rate: (done / elapsed) * 1000, loop: (active / done) * 1000 })
        return
      }
      open++
      n = (n + 7) % SESSIONS
      call(n, (error) => {
        if (error) return reject(error)
        open--
        done++
        next()
      })
    }
    for (let i = 0; i < inFlight; i++) next()
  })
}

/**
 * Measures one operation of a checkout.
 * @param {string} root the folder of the checkout
 * @param {string} url
 * @param {string} operation
 * @param {number} inFlight
 */
async function measure(root, url, operation, inFlight) {
  /** @type {typeof import('../index.mjs')} */
  const { default: MongoStore } = await import(pathToFileURL(join(root, 'index.mjs')).href)
  const store = MongoStore.create({ mongoUrl: url, autoRemove: 'disabled', collectionName: 'compare' })
  await Promise.all(Array.from({ length: SESSIONS }, (_, n) => store.set(`s${n}`, session(n))))
  const held = await Promise.all(Array.from({ length: SESSIONS }, (_, n) => store.get(`s${n}`)))
  /** @type {Record<string, Call>} */
  const calls = {
    get: (n, callback) => store.get(`s${n}`, callback),
    set: (n, callback) => store.set(`s${n}`, held[n] ?? session(n), callback),
    touch: (n, callback) => store.touch(`s${n}`, held[n] ?? session(n), callback),
  }
  const call = calls[operation]
  if (!call) throw new Failure(`compare: there is no operation "${operation}". Use get, set or touch.`)
  await measureFor(call, inFlight, TIMES.warmUp)
  const rate = await measureFor(call, inFlight, TIMES.measured)
  await store.clear()
  await store.close()
  return rate
}

/**
 * Measures in a new process.
 * @param {string[]} args those of `measure`
 * @returns {Promise<Measurement>}
 */
function inProcess(...args) {
  return new Promise((resolveMeasured, reject) => {
    const child = fork(fileURLToPath(import.meta.url), args, { env: { ...process.env, COMPARE_CHILD: '1' } })
    child.once('message', (measured) => resolveMeasured(/** @type {Measurement} */ (measured)))
    child.once('exit', (code) => code !== 0 && reject(new Failure(`compare: a measurement ended with code ${code}.`)))
  })
}

/**
 * A line about one figure: its medians, and their ratio.
 * @param {{ old: Measurement[], now: Measurement[] }} measured
 * @param {keyof Measurement} figure
 * @param {(value: number) => string} text
 */
function compared(measured, figure, text) {
  const old = median(measured.old.map((one) => one[figure]))
  const now = median(measured.now.map((one) => one[figure]))
  return `${text(old)} before, ${text(now)} now, ratio ${(now / old).toFixed(2)}`
}

await runAsProgram(import.meta.url, async () => {
  if (process.env.COMPARE_CHILD) {
    const [root = '', mongoUrl = '', operation = '', inFlight] = process.argv.slice(2)
    process.send?.(await measure(root, mongoUrl, operation, Number(inFlight)))
    return
  }
  const [url = '', before = '', after = '', ...selected] = process.argv.slice(2)
  if (!after) throw new Failure('usage: node benchmark/compare.mjs URL OLD NEW [operation:in flight …]')
  for (const name of selected.length > 0 ? selected : SELECTION) {
    /** @type {{ old: Measurement[], now: Measurement[] }} */
    const measured = { old: [], now: [] }
    for (let round = 0; round < ROUNDS; round++) {
      measured.old.push(await inProcess(resolve(before), url, ...name.split(':')))
      measured.now.push(await inProcess(resolve(after), url, ...name.split(':')))
    }
    const rate = compared(measured, 'rate', (value) => `${Math.round(value)}/s`)
    const loop = compared(measured, 'loop', (value) => `${value.toFixed(2)} µs`)
    console.log(`${name}: ${rate}; event loop ${loop}`)
  }
})
