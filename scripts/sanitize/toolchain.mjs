// The compiler's sanitizers, and what they need besides a compiler.

import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cargo, root } from '../lib/process.mjs'
import { Failure } from '../lib/program.mjs'

/** What is missing on this machine, and how to get it. */
export class Missing extends Failure {}

/** Seeds of the simulation: a sanitizer slows it down. */
const SEEDS = '30'

/**
 * The result of a program, without what surrounds it.
 * @param {string} command
 * @param {string[]} args
 */
export async function output(command, args) {
  const { stdout } = await promisify(execFile)(command, args, { cwd: root })
  return stdout.trim()
}

/**
 * Runs cargo, which compiles with a sanitizer: into a folder of its own, since other builds must not find that code.
 * @param {'address' | 'thread'} sanitizer
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 */
export function sanitized(sanitizer, args, env) {
  return cargo(args, {
    env: {
      CARGO_TARGET_DIR: folderOf(sanitizer),
      // The sanitizers need a nightly compiler, or this.
      RUSTC_BOOTSTRAP: '1',
      RUSTFLAGS: `-Zsanitizer=${sanitizer} -Cforce-frame-pointers=yes`,
      SIMULATION_SEEDS: SEEDS,
      ...env,
    },
  })
}

/**
 * Where code with a sanitizer is.
 * @param {'address' | 'thread'} sanitizer
 */
export function folderOf(sanitizer) {
  return join(root, 'target', sanitizer)
}

/** The folder of the compiler that cargo uses. */
export function sysroot() {
  return output('rustc', ['--print', 'sysroot'])
}

/**
 * The library of a sanitizer that comes with the compiler, for programs that the compiler links.
 * @param {'asan' | 'tsan'} name
 */
export async function runtimeOf(name) {
  const host = /^host: (.+)$/m.exec(await output('rustc', ['-vV']))?.[1] ?? ''
  const folder = join(await sysroot(), 'lib', 'rustlib', host, 'lib')
  const file = existsSync(folder) && readdirSync(folder).find((entry) => entry.endsWith(`rt.${name}.a`))
  if (!file) throw new Missing(`the compiler for ${host} comes without a sanitizer. Linux with rustup has one.`)
  return join(folder, file)
}
