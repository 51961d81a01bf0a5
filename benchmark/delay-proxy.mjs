// A TCP proxy that delays what passes through it, by half of the round trip in each direction. It stands for a network
// between a store and a server on the same machine. As a program, `delay-proxy.mjs <port> <round trip in ms>` prints the
// port that it listens on, and serves until its standard input ends.

import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { performance } from 'node:perf_hooks'
import { runAsProgram } from '../scripts/lib/program.mjs'

/** The time between two looks at what is due, in ms. Node's timers are too coarse: they count whole milliseconds. */
const NAP = 0.1
/** How many bytes may be under way in one direction of a connection before its source is paused. */
const WINDOW = 32 * 1024 * 1024

/**
 * Starts a proxy, and resolves with its port.
 * @param {number} port that of the server on this machine
 * @param {number} roundTrip in ms
 */
async function startProxy(port, roundTrip) {
  const line = new DelayLine(roundTrip / 2)
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port, host: '127.0.0.1', noDelay: true })
    line.pipe(client, upstream)
    line.pipe(upstream, client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port
}

/** Everything that is under way, in the order in which it is due. All connections have the same delay. */
class DelayLine {
  #delay
  /** @type {{ pass: () => void, dueAt: number }[]} */
  #queue = []
  #awake = false
  #cell = new Int32Array(new SharedArrayBuffer(4))

  /** @param {number} delay in ms, one way */
  constructor(delay) {
    this.#delay = delay
  }

  /**
   * Passes what `source` sends to `target`, after the delay.
   * @param {import('node:net').Socket} source
   * @param {import('node:net').Socket} target
   */
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

  /** @param {() => void} pass */
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
    // Sleeps without a timer, which leaves the other core to the stores, and then lets the sockets be read.
    Atomics.wait(this.#cell, 0, 0, Math.min(NAP, Math.max(0, this.#queue[0].dueAt - performance.now())))
    setImmediate(this.#run)
  }
}

await runAsProgram(import.meta.url, async () => {
  const [port = NaN, roundTrip = NaN] = process.argv.slice(2).map(Number)
  process.stdout.write(`${await startProxy(port, roundTrip)}\n`)
  process.stdin.resume()
  process.on('SIGINT', () => {}) // the benchmark ends this process
  await once(process.stdin, 'end')
  process.exit()
})
