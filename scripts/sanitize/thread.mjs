// ThreadSanitizer finds accesses of two threads to the same memory that nothing puts into an order. It must see all of these, so
// the standard library is compiled with it, too: with the usual one, each lock looks like a race.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { debianRust } from './debian-rust.mjs'
import { Missing, runtimeOf, sanitized, sysroot } from './toolchain.mjs'

/** What is no race, with the reason. */
const KNOWN = fileURLToPath(new URL('thread.supp', import.meta.url))

/** The simulation has one thread. */
const LEFT_OUT = ['--skip', 'simulation']

/** Runs the Rust tests. Resolves with an exit code. */
export async function thread() {
  const runtime = await runtimeOf('tsan')
  const source = join(await sysroot(), 'lib', 'rustlib', 'src', 'rust', 'library')
  const env = existsSync(source) ? {} : await debianRust(runtime)
  if (!env) throw new Missing('the source of the standard library. Run `rustup component add rust-src`.')
  return sanitized('thread', ['test', '--lib', '-Zbuild-std', '--', ...LEFT_OUT], {
    ...env,
    TSAN_OPTIONS: `suppressions=${KNOWN}`,
  })
}
