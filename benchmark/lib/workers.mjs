// The processes of the peers: one for each peer and network delay, started when it is first needed. Each store is verified
// once. A peer that fails is left out, and the report says why.

import { Child } from '../../scripts/lib/child.mjs'
import { messageOf } from '../../scripts/lib/program.mjs'

/** @typedef {import('./types.js').Peer} Peer */
/** @typedef {Child<import('../process/worker.mjs').Methods>} Worker */

const WORKER = new URL('../process/worker.mjs', import.meta.url)
/** How long each operation runs before anything is measured, in ms. */
const WARM = 300

export class Workers {
  #servers
  /** @type {Map<string, Worker>} */
  #children = new Map()
  /** @type {Set<string>} */
  #filled = new Set()
  /**
   * Peer name -> why it is left out.
   * @type {Map<string, string>}
   */
  failures = new Map()

  /** @param {import('./servers.mjs').Servers} servers */
  constructor(servers) {
    this.#servers = servers
  }

  /**
   * Starts the workers of all peers at the same time, which is faster than one after the other.
   * @param {Peer[]} peers
   * @param {{ kb: number }} conditions
   */
  async prepare(peers, { kb }) {
    await Promise.all(peers.map((peer) => this.get(peer, { kb })))
  }

  /**
   * The worker of a peer, with the sessions of a size stored; undefined if the peer is left out.
   * @param {Peer} peer
   * @param {{ delay?: number, kb: number }} conditions
   */
  async get(peer, { delay = 0, kb }) {
    if (this.failures.has(peer.name)) return undefined
    try {
      await this.#fill(peer, kb)
      return await this.#child(peer, delay, kb)
    } catch (error) {
      this.failures.set(peer.name, messageOf(error))
      console.log(`  ${peer.name} is left out: ${messageOf(error)}`)
      return undefined
    }
  }

  /**
   * A new worker, for a measurement that depends on what its process did before. The caller stops it.
   * @param {Peer} peer
   * @param {{ kb: number }} conditions
   */
  async fresh(peer, { kb }) {
    if (!(await this.get(peer, { kb }))) return undefined
    if (peer.server === undefined) throw new Error(`${peer.name} keeps its sessions in its process`)
    return this.#start(peer, 0)
  }

  /**
   * Stores the sessions of a size, once.
   * @param {Peer} peer
   * @param {number} kb
   */
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

  /**
   * @param {Peer} peer
   * @param {number} delay
   * @param {number} kb
   */
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

  /**
   * @param {Peer} peer whose server and database are used
   * @param {number} delay
   * @param {string} [name] the peer whose store is opened
   * @returns {Promise<Worker>}
   */
  async #start(peer, delay, name = peer.name) {
    const { url, pid } = await this.#servers.addressOf(peer, delay)
    return new Child(WORKER, [name, url ?? '', String(pid ?? '')])
  }

  async stop() {
    for (const child of this.#children.values()) {
      await child.call('close').catch(() => {}) // a store that can't be closed ends with its process
      await child.stop()
    }
  }
}
