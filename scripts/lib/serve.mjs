// The counterpart of `child.mjs` in the child process: answers the calls of the parent, and ends with it.

import { messageOf } from './program.mjs'

/** @typedef {{ id: number, method: string, argument: unknown }} Call */

/**
 * Serves the methods.
 * @template M
 * @param {M & Record<keyof M, (argument: never) => unknown>} methods functions that return a value or a promise
 */
export function serve(methods) {
  /** @type {Map<string, unknown>} */
  const byName = new Map(Object.entries(methods))
  /** @param {Call} call */
  const answer = async ({ id, method, argument }) => {
    const run = byName.get(method)
    try {
      if (typeof run !== 'function') throw new TypeError(`there is no method ${method}`)
      process.send?.({ id, result: await run.call(methods, argument) })
    } catch (error) {
      process.send?.({ id, error: messageOf(error) })
    }
  }
  process.on('message', (call) => answer(/** @type {Call} */ (call)))
  process.once('disconnect', () => process.exit())
  // Ctrl-C reaches all processes of a terminal, but the parent ends its children itself.
  process.on('SIGINT', () => {})
}
