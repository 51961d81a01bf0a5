// What the answers of a run say about the store: those that no order of the calls explains, and why.

import { anomaliesOf } from '../../__test__/histories/linearizable.js'

/** @typedef {import('../../__test__/histories/linearizable.js').Anomaly} Anomaly */
/** @typedef {import('./callers.mjs').Call} Call */

/**
 * Looks for the answers that can't be explained. `lost` are those that lack an acknowledged write, whatever brings sessions
 * back: they can't be explained either if a save stores a session that was destroyed. The others show an undone logout.
 * @param {Call[]} calls
 */
export function explain(calls) {
  const anomalies = anomaliesBySession(calls)
  const lost = anomalies.length === 0 ? [] : anomaliesBySession(calls.map(bringingBack))
  return { anomalies, lost: lost.filter(({ type }) => type !== 'undone') }
}

/**
 * A call of a store whose saves bring destroyed sessions back.
 * @param {Call} call
 * @returns {Call}
 */
function bringingBack(call) {
  return call.kind === 'save' && call.result !== false ? { ...call, kind: 'set' } : call
}

/**
 * @param {Call[]} calls
 * @returns {Anomaly[]}
 */
function anomaliesBySession(calls) {
  const sids = new Set(calls.map(({ sid }) => sid))
  return [...sids].flatMap((sid) => anomaliesOf(calls.filter((call) => call.sid === sid)))
}
