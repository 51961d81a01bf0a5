// AddressSanitizer finds accesses to memory that is freed, or beyond what was allocated; LeakSanitizer finds what was never
// freed. The Rust tests run with both, and then the addon in Node with the first, where Rust and JavaScript exchange memory.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { inNode } from './addon.mjs'
import { folderOf, sanitized } from './toolchain.mjs'

/** The addon shares what is compiled with the tests, as in a debug build. */
const PROFILE = ['--lib', '--profile', 'sanitize']

/** Runs the tests. Resolves with an exit code. */
export async function address() {
  const code = await sanitized('address', ['test', ...PROFILE], { ASAN_OPTIONS: 'detect_stack_use_after_return=1' })
  if (code !== 0) return code
  const folder = join(folderOf('address'), 'addon')
  mkdirSync(folder, { recursive: true })
  const built = await sanitized('address', [
    ...['build', ...PROFILE, '--features', 'tests'],
    ...['-Zunstable-options', '--artifact-dir', folder],
  ])
  return built === 0 ? inNode(folder) : built
}
