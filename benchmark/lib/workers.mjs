// The processes of the peers, one for each peer and network delay, started when they are first needed. Each is verified
// once; a peer that fails is left out, and the report says why.

import { Child } from './child.mjs'

/** How long each operation runs before anything is measured; in ms. */
const WARM = 300

export class Workers {
  #servers
  #children = new Map()
  #filled = new Set()
  /** Peer name -> why it is left out. */
  failures = new Map()

  constructor(servers) {
    this.#servers = servers
  }

  /** Starts the workers of all peers at once, before anything is measured: one after the other they would take longer. */
  async prepare(peers, { kb }) {
    await Promise.all(peers.map((peer) => this.get(peer, { kb })))
  }

  /** The worker of a peer, with the sessions of a size stored; undefined when the peer is left out. */
  async get(peer, { delay = 0, kb }) {
    if (this.failures.has(peer.name)) return undefined
    try {
      await this.#fill(peer, kb)
      return await this.#child(peer, delay, kb)
    } catch (error) {
      this.failures.set(peer.name, error.message)
      console.log(`  ${peer.name} is left out: ${error.message}`)
      return undefined
    }
  }

  /** A worker of its own for a measurement that depends on what a process did before. */
  async fresh(peer, { kb }) {
    if (!(await this.get(peer, { kb }))) return undefined
    if (peer.server === undefined) throw new Error(`${peer.name} keeps its sessions in its process`)
    return this.#start(peer, 0)
  }

  async #fill(peer, kb) {
    const key = `${peer.name} ${kb}`
    if (this.#filled.has(key)) return
    if (peer.filledBy) {
      const filler = await this.#start(peer, 0, peer.filledBy)
      await filler.call('fill', { kb })
      await filler.call('close')
      await filler.stop()
    } else {
      const child = await this.#child(peer, 0, kb)
      await child.call('fill', { kb })
      await child.call('warm', { kb, ms: WARM })
    }
    this.#filled.add(key)
  }

  async #child(peer, delay, kb) {
    const key = `${peer.name} ${delay}`
    const known = this.#children.get(key)
    if (known && !known.ended) return known
    const child = await this.#start(peer, delay)
    this.#children.set(key, child)
    if (delay === 0) await child.call('verify')
    else await child.call('warm', { kb, ms: WARM })
    return child
  }

  async #start(peer, delay, name = peer.name) {
    const { url, pid } = await this.#servers.addressOf(peer, delay)
    return new Child('worker.mjs', { args: [name, url ?? '', String(pid ?? '')] })
  }

  async stop() {
    for (const child of this.#children.values()) {
      await child.call('close').catch(() => {}) // a store that can't be closed is ended with its process
      await child.stop()
    }
  }
}
