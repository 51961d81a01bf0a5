// The servers of a run: those that its store needs, and what can go wrong with them.

import { KINDS, startMongo } from './mongodb.mjs'

/** @typedef {import('./subjects.mjs').Subject} Subject */

/**
 * The faults that the servers of a store can have, by their names for the command line.
 * @param {Subject} _subject
 */
export function faultsFor(_subject) {
  return Object.keys(KINDS)
}

/**
 * Starts the servers of a store.
 * @param {Subject} subject
 */
export function startDeployment(subject) {
  return startMongo(subject)
}
