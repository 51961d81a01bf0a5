// `npm run sanitize`: looks for memory errors, leaks and data races in the native code. `npm run sanitize -- loom address` runs
// only these:
//
//   loom       models of the code that threads share, in the orders in which threads can reach it
//   address    AddressSanitizer: the Rust tests, with LeakSanitizer, and the addon in Node
//   thread     ThreadSanitizer: the Rust tests, with a standard library that is compiled for it
//   valgrind   memcheck: the Rust tests as they are, with the C code of the crates
//   miri       Miri: the Rust tests of what needs no thread and no C code
//
// A tool that this machine lacks is named at the end. It is a failure only if you asked for it.

import { withProgress } from './lib/progress.mjs'
import { Failure, messageOf, runAsProgram } from './lib/program.mjs'
import { withTestServer } from './lib/test-server.mjs'
import { address } from './sanitize/address.mjs'
import { loom } from './sanitize/loom.mjs'
import { miri } from './sanitize/miri.mjs'
import { thread } from './sanitize/thread.mjs'
import { Missing } from './sanitize/toolchain.mjs'
import { valgrind } from './sanitize/valgrind.mjs'

/** Each resolves with an exit code. The times are those on two cores, with everything to compile. */
const TOOLS = {
  loom: { run: loom, takes: 'a few minutes' },
  address: { run: address, takes: 'about 15 minutes' },
  thread: { run: thread, takes: 'about 15 minutes' },
  valgrind: { run: valgrind, takes: 'about 10 minutes' },
  miri: { run: miri, takes: 'about 10 minutes' },
}

await runAsProgram(import.meta.url, () => {
  const named = process.argv.slice(2)
  const unknown = named.filter((name) => !(name in TOOLS))
  if (unknown.length > 0) {
    throw new Failure(`sanitize: there is no ${unknown.join(', ')}. The tools are ${Object.keys(TOOLS).join(', ')}.`)
  }
  const chosen = Object.entries(TOOLS).filter(([name]) => named.length === 0 || named.includes(name))
  return withTestServer('sanitize', async () => {
    const ends = []
    for (const [name, { run, takes }] of chosen) ends.push({ name, ...(await end(name, run, takes)) })
    for (const { name, how } of ends) console.log(`sanitize: ${name}: ${how}`)
    return ends.some(({ failed, missing }) => failed || (missing && named.length > 0)) ? 1 : 0
  })
})

/**
 * How a tool ends.
 * @param {string} name
 * @param {() => Promise<number>} run
 * @param {string} takes
 */
async function end(name, run, takes) {
  try {
    const code = await withProgress(`sanitize: ${name}`, takes, run)
    return code === 0 ? { how: 'found nothing' } : { how: 'FAILED', failed: true }
  } catch (error) {
    if (error instanceof Missing) return { how: `did not run: ${error.message}`, missing: true }
    return { how: `FAILED: ${messageOf(error)}`, failed: true }
  }
}
