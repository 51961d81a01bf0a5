// Miri interprets Rust, and finds what the language forbids although no processor minds. It knows no C code, so it runs the
// tests of the parts without any.

import { cargo } from '../lib/process.mjs'
import { Missing, output } from './toolchain.mjs'

const TESTS = ['model::', 'engine::queue', 'engine::callers']

/** Runs the tests. Resolves with an exit code. */
export async function miri() {
  await output('cargo', ['+nightly', 'miri', '--version']).catch((error) => {
    throw new Missing('Miri. Run `rustup toolchain install nightly --component miri,rust-src`.', { cause: error })
  })
  // proptest keeps failures in files, and the queue looks at the clock.
  return cargo(['+nightly', 'miri', 'test', '--lib', '--', ...TESTS], {
    env: { MIRIFLAGS: '-Zmiri-disable-isolation' },
  })
}
