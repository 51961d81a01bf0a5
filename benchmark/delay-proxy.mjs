// A TCP proxy that delays what passes through it, half of the round trip in each direction: a network between a store
// and its server on the same machine. As a program, in a process of its own: `delay-proxy.mjs <port> <round trip in ms>`
// prints the port that it listens on, and serves until its standard input ends.

import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { performance } from 'node:perf_hooks'
import { runAsProgram } from '../scripts/lib/program.mjs'

/** Timers of Node count whole milliseconds. While something is due, the proxy looks every so many ms instead. */
const NAP = 0.1
/** What may be under way in one direction of one connection before its source is paused; in bytes. */
const WINDOW = 32 * 1024 * 1024

/** Starts a proxy to `port` on this machine; gives its own port. */
export async function startProxy(port, roundTrip) {
  const line = new DelayLine(roundTrip / 2)
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port, host: '127.0.0.1', noDelay: true })
    line.pipe(client, upstream)
    line.pipe(upstream, client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server.address().port
}

/** Everything that is under way, in the order in which it is due: the delay is the same for all. */
class DelayLine {
  #delay
  #queue = []
  #awake = false
  #cell = new Int32Array(new SharedArrayBuffer(4))

  /** @param {number} delay in ms, one way */
  constructor(delay) {
    this.#delay = delay
  }

  /** Passes what `source` sends to `target`, late. */
  pipe(source, target) {
    let underWay = 0
    source.on('data', (chunk) => {
      underWay += chunk.length
      if (underWay > WINDOW) source.pause()
      this.#add(() => {
        underWay -= chunk.length
        if (underWay <= WINDOW && source.isPaused()) source.resume()
        if (target.writable) target.write(chunk)
      })
    })
    source.once('end', () => this.#add(() => target.end()))
    source.once('error', () => target.destroy())
    source.once('close', () => this.#add(() => target.destroy()))
  }

  #add(pass) {
    this.#queue.push({ pass, dueAt: performance.now() + this.#delay })
    if (this.#awake) return
    this.#awake = true
    setImmediate(this.#run)
  }

  #run = () => {
    const now = performance.now()
    let passed = 0
    while (passed < this.#queue.length && this.#queue[passed].dueAt <= now) this.#queue[passed++].pass()
    this.#queue.splice(0, passed)
    if (this.#queue.length === 0) {
      this.#awake = false
      return
    }
    // Sleeps without a timer, so that the other core is left to those who are measured, then lets the sockets be read.
    Atomics.wait(this.#cell, 0, 0, Math.min(NAP, Math.max(0, this.#queue[0].dueAt - performance.now())))
    setImmediate(this.#run)
  }
}

await runAsProgram(import.meta.url, async () => {
  const [port, roundTrip] = process.argv.slice(2).map(Number)
  process.stdout.write(`${await startProxy(port, roundTrip)}\n`)
  process.stdin.resume()
  process.on('SIGINT', () => {}) // the benchmark ends it
  await once(process.stdin, 'end')
  process.exit()
})
