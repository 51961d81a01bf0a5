// memcheck finds decisions that depend on memory that was never written, which no sanitizer of Rust does, and sees the C code
// and the assembler of the crates, which the sanitizers do not.

import { cargo } from '../lib/process.mjs'
import { Missing, output } from './toolchain.mjs'

/** What takes too long: the simulation, random operations and inputs, and keys of many rounds. AddressSanitizer sees them. */
const LEFT_OUT = ['simulation', 'failure_tests', 'derivations', 'random', 'fuzzing'].flatMap((name) => ['--skip', name])

/** Runs the Rust tests. Resolves with an exit code. */
export async function valgrind() {
  await output('valgrind', ['--version']).catch((error) => {
    throw new Missing('valgrind. Install it, for example with `apt-get install valgrind`.', { cause: error })
  })
  const memcheck = ['valgrind', '--error-exitcode=1', '--leak-check=full', '--errors-for-leak-kinds=definite']
  // Its threads take turns, or else one may wait for ever.
  const runner = JSON.stringify([...memcheck, '--show-leak-kinds=definite', '--fair-sched=yes'])
  return cargo(['test', '--lib', '--config', `target."cfg(all())".runner=${runner}`, '--', ...LEFT_OUT])
}
