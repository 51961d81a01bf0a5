// The stores that are run under faults, and what their connection strings say.

import { OURS, THEIRS } from '../../benchmark/peers.mjs'
import { WITHOUT_ADDON } from '../lib/without-addon.mjs'

/**
 * @typedef {object} Subject
 * @property {string} key names it on the command line
 * @property {string} name
 * @property {string} store a peer of the benchmark
 * @property {'mongodb' | 'redis' | 'sentinel'} servers what it needs: MongoDB, Redis, or Redis with Sentinel
 * @property {Record<string, string>} [concerns] parameters of the connection string of MongoDB
 * @property {Record<string, string>} [env]
 * @property {boolean} [isJudged] whether the run fails if this store does not keep its promises
 */

/**
 * With these, MongoDB itself promises that each read finds the last write. Its default reads (`local`) may find what an
 * election takes back, and what an old primary still has.
 */
export const STRICT = { w: 'majority', readConcernLevel: 'linearizable' }

/**
 * The servers elect a new primary after 2 s, a fifth of their default, so the clients ask for it after a fifth of theirs. A
 * member that did not answer is only asked again then.
 */
export const COMMON = { heartbeatFrequencyMS: '2000' }

/** @type {Subject[]} */
export const SUBJECTS = [
  { key: 'ours', name: OURS, store: OURS, servers: 'mongodb', concerns: STRICT, isJudged: true },
  { key: 'defaults', name: `${OURS}, default concerns`, store: OURS, servers: 'mongodb' },
  { key: 'w1', name: `${OURS}, \`w=1\``, store: OURS, servers: 'mongodb', concerns: { w: '1' } },
  {
    key: 'fallback',
    name: `${OURS} without its addon`,
    store: OURS,
    servers: 'mongodb',
    concerns: STRICT,
    env: WITHOUT_ADDON,
  },
  { key: 'theirs', name: `${THEIRS} 6`, store: THEIRS, servers: 'mongodb', concerns: STRICT },
  { key: 'redis', name: 'connect-redis 9', store: 'connect-redis', servers: 'redis' },
  { key: 'sentinel', name: 'connect-redis 9, Sentinel', store: 'connect-redis', servers: 'sentinel' },
]
