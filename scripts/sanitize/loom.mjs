// loom runs small models of the code that threads share in every order of the threads, and with every value that a relaxed
// atomic may have then.

import { cargo } from '../lib/process.mjs'

/** Runs the models. Resolves with an exit code. */
export function loom() {
  return cargo(['test', '--lib', '--features', 'loom', 'models::'])
}
