// The servers of a run: those that its store needs, and what can go wrong with them.

import { KINDS, startMongo } from './mongodb.mjs'
import { REDIS_KINDS, SENTINEL_KINDS, startRedisFor } from './redis.mjs'

/** @typedef {import('./subjects.mjs').Subject} Subject */

const DEPLOYMENTS = {
  mongodb: { kinds: KINDS, start: startMongo },
  redis: { kinds: REDIS_KINDS, start: () => startRedisFor({ hasSentinel: false }) },
  sentinel: { kinds: SENTINEL_KINDS, start: () => startRedisFor({ hasSentinel: true }) },
}

/**
 * The faults that the servers of a store can have, by their names for the command line.
 * @param {Subject} subject
 */
export function faultsFor({ servers }) {
  return Object.keys(DEPLOYMENTS[servers].kinds)
}

/**
 * Starts the servers of a store.
 * @param {Subject} subject
 */
export function startDeployment(subject) {
  return DEPLOYMENTS[subject.servers].start(subject)
}
