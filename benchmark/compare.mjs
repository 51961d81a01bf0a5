// Two checkouts of this package, built, side by side: `node benchmark/compare.mjs URL OLD NEW [operation:in flight …]`, such as
// `node benchmark/compare.mjs mongodb://127.0.0.1:27017/compare ../before . get:128 set:1`. Each measurement is a process of its
// own, in turn. Prints the medians of operations a second and of microseconds of the event loop for each, with their ratios.

import { fork } from 'node:child_process'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const ROUNDS = 5
const SESSIONS = 1000
const TIMES = { warmUp: 500, measured: 1500 } // ms
const SELECTION = ['get:128', 'set:128', 'touch:128', 'get:1', 'set:1', 'touch:1']
const HOUR = 3_600_000 // ms

function session(n) {
  const cookie = { originalMaxAge: HOUR, expires: new Date(Date.now() + HOUR), httpOnly: true, path: '/' }
  return { cookie, n, text: 'x'.repeat(900) }
}

/** Operations a second, and microseconds of the event loop for each, with so many in flight for so long. */
function rateOf(call, inFlight, time) {
  return new Promise((resolveRate, reject) => {
    const start = performance.now()
    const before = performance.eventLoopUtilization()
    let [open, done, n] = [0, 0, 0]
    const next = () => {
      const elapsed = performance.now() - start
      if (elapsed > time) {
        if (open > 0) return
        const { active } = performance.eventLoopUtilization(before)
        resolveRate({ rate: (done / elapsed) * 1000, loop: (active / done) * 1000 })
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

async function measure(root, url, operation, inFlight) {
  const { default: MongoStore } = await import(pathToFileURL(join(root, 'index.mjs')))
  const store = MongoStore.create({ mongoUrl: url, autoRemove: 'disabled', collectionName: 'compare' })
  await Promise.all(Array.from({ length: SESSIONS }, (_, n) => store.set(`s${n}`, session(n))))
  const held = await Promise.all(Array.from({ length: SESSIONS }, (_, n) => store.get(`s${n}`)))
  const call = {
    get: (n, callback) => store.get(`s${n}`, callback),
    set: (n, callback) => store.set(`s${n}`, held[n], callback),
    touch: (n, callback) => store.touch(`s${n}`, held[n], callback),
  }[operation]
  await rateOf(call, inFlight, TIMES.warmUp)
  const rate = await rateOf(call, inFlight, TIMES.measured)
  await store.clear()
  await store.close()
  return rate
}

function inProcess(...args) {
  return new Promise((resolveRate, reject) => {
    const child = fork(fileURLToPath(import.meta.url), args, { env: { ...process.env, COMPARE_CHILD: '1' } })
    child.once('message', resolveRate)
    child.once('exit', (code) => code !== 0 && reject(new Error(`a measurement ended with code ${code}`)))
  })
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

if (process.env.COMPARE_CHILD) {
  const [root, url, operation, inFlight] = process.argv.slice(2)
  process.send(await measure(root, url, operation, Number(inFlight)))
} else {
  const [url, before, after, ...selected] = process.argv.slice(2)
  if (!after) throw new Error('usage: node benchmark/compare.mjs URL OLD NEW [operation:in flight …]')
  for (const name of selected.length > 0 ? selected : SELECTION) {
    const rates = [[], []]
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, root] of [before, after].entries())
        rates[i].push(await inProcess(resolve(root), url, ...name.split(':')))
    }
    const [old, now] = rates.map((measured) => median(measured.map(({ rate }) => rate)))
    const [oldLoop, loop] = rates.map((measured) => median(measured.map((one) => one.loop)))
    console.log(
      `${name}: ${Math.round(old)}/s before, ${Math.round(now)}/s now, ratio ${(now / old).toFixed(2)}; ` +
        `event loop ${oldLoop.toFixed(2)} us before, ${loop.toFixed(2)} us now, ratio ${(loop / oldLoop).toFixed(2)}`,
    )
  }
}
