// Runs the Rust targets by cargo-fuzz and libFuzzer. The sanitizer is one of Rust's unstable features, which
// RUSTC_BOOTSTRAP unlocks in the stable toolchain.

import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { delimiter, join } from 'node:path'
import { cargo, root } from '../lib/process.mjs'
import { Failure } from '../lib/program.mjs'

const VERSION = '0.13.2'
const TOOLS = join(root, '.cache', `cargo-fuzz-${VERSION}`)
/** The inputs that earlier runs found, with the output of the last one. */
const FOUND = join(root, '.cache', 'fuzz')
const ENV = { RUSTC_BOOTSTRAP: '1', PATH: `${join(TOOLS, 'bin')}${delimiter}${process.env.PATH}` }
/** The longest input, in bytes. */
const MAX_LEN = 1024
/** How many bytes of inputs a target has in git. */
const MAX_KEPT = 20_000
/** An input that takes longer than this, in seconds, or more memory than libFuzzer's 2 GB, counts as a finding. */
const TIMEOUT = 20

/** Installs cargo-fuzz, unless it is in .cache/ already. */
export async function installCargoFuzz() {
  if (existsSync(join(TOOLS, 'bin'))) return
  const code = await cargo(['install', '--locked', '--quiet', '--root', TOOLS, `cargo-fuzz@${VERSION}`])
  if (code !== 0) throw new Failure('fuzz: cargo-fuzz could not be installed. The output above says why.')
}

/**
 * @param {string} target
 * @returns the folders of its inputs: those that are kept in git, and those that were found on this machine
 */
function foldersOf(target) {
  const [kept, found] = [join(root, 'fuzz', 'corpus', target), join(FOUND, target)]
  for (const folder of [kept, found]) mkdirSync(folder, { recursive: true })
  return { kept, found }
}

/**
 * Builds a target and runs it for some time.
 * @param {string} target
 * @param {number} seconds
 * @returns {Promise<{runs: number, isBroken: boolean}>}
 */
export async function fuzz(target, seconds) {
  const { kept, found } = foldersOf(target)
  if ((await cargo(['fuzz', 'build', target], { env: ENV })) !== 0)
    throw new Failure(
      `fuzz: ${target} could not be built. It needs a C++ compiler, such as that of \`apt-get install g++\`.`,
    )
  const log = join(FOUND, `${target}.log`)
  const limits = [`-max_total_time=${seconds}`, `-timeout=${TIMEOUT}`, `-max_len=${MAX_LEN}`, '-print_final_stats=1']
  const code = await libFuzzer(target, [found, kept], limits, log)
  const output = readFileSync(log, 'utf8')
  // The lines before the failing input are those of libFuzzer's progress.
  if (code !== 0) console.log(output.split('\n').slice(-40).join('\n'))
  return { runs: Number(/stat::number_of_executed_units:\s+(\d+)/.exec(output)?.[1] ?? 0), isBroken: code !== 0 }
}

/**
 * Replaces the inputs in git by the fewest that cover as much as all known ones, or by the shortest of them.
 * @param {string} target
 */
export async function minimize(target) {
  const { kept, found } = foldersOf(target)
  const fewest = join(FOUND, `${target}.fewest`)
  rmSync(fewest, { recursive: true, force: true })
  mkdirSync(fewest)
  const log = join(FOUND, `${target}.merge.log`)
  const code = await libFuzzer(target, [fewest, kept, found], ['-set_cover_merge=1', `-max_len=${MAX_LEN}`], log)
  if (code !== 0) throw new Failure(`fuzz: the inputs of ${target} could not be minimised. ${log} says why.`)
  rmSync(kept, { recursive: true })
  mkdirSync(kept)
  const inputs = readdirSync(fewest).map((name) => ({ name, bytes: statSync(join(fewest, name)).size }))
  let left = MAX_KEPT
  for (const { name, bytes } of inputs.sort((one, other) => one.bytes - other.bytes)) {
    left -= bytes
    if (left >= 0) renameSync(join(fewest, name), join(kept, name))
  }
}

/**
 * @param {string} target
 * @param {string[]} corpora new inputs go to the first one
 * @param {string[]} flags of libFuzzer
 * @param {string} log the file for its output
 */
async function libFuzzer(target, corpora, flags, log) {
  const output = openSync(log, 'w')
  try {
    const args = ['fuzz', 'run', target, ...corpora, '--', ...flags]
    return await cargo(args, { env: ENV, stdio: ['ignore', output, output] })
  } finally {
    closeSync(output)
  }
}
