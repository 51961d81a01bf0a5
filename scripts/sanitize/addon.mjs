// The addon under AddressSanitizer, in a Node that was compiled without: the sanitizer's library is loaded before everything
// else, and replaces the allocator of the process.

import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from '../lib/process.mjs'
import { Failure } from '../lib/program.mjs'
import { Missing, output, runtimeOf } from './toolchain.mjs'

/** What crosses between Rust and JavaScript in every way, threads of Node that come and go, and processes that end anyhow. */
const TESTS = [
  'api/methods/',
  ...['exit', 'closing.test', 'garbage', 'workers'].map((name) => `connection/${name}`),
  ...['adapters', 'crypto', 'encryption', 'secret'].map((name) => `encryption/${name}.test`),
  ...['batches', 'failing', 'large-reads', 'odd-ids', 'order.test'].map((name) => `engine/${name}`),
]

/**
 * Runs JavaScript tests with the addon that was compiled into a folder. Resolves with an exit code.
 * @param {string} folder
 */
export async function inNode(folder) {
  if (process.platform !== 'linux') throw new Missing('the addon can be loaded with the sanitizer only on Linux.')
  const addon = join(folder, 'connect-mongo-native.node')
  copyFileSync(join(folder, 'libconnect_mongo_native.so'), addon)
  const reports = join(folder, 'reports')
  rmSync(reports, { recursive: true, force: true })
  mkdirSync(reports)
  const env = {
    LD_PRELOAD: await preloadable(folder),
    NAPI_RS_NATIVE_LIBRARY_PATH: addon,
    // Tests look at what a process prints, so errors go to files. LeakSanitizer can't be used here: it does not look into the heap
    // of V8, and takes what only JavaScript objects refer to as lost.
    ASAN_OPTIONS: `log_path=${join(reports, 'report')}:abort_on_error=1:detect_leaks=0`,
  }
  await requireAddon(addon, env)
  const code = await run(process.execPath, ['scripts/test.mjs', ...TESTS], { env })
  const found = readdirSync(reports)
  for (const name of found) console.error(readFileSync(join(reports, name), 'utf8'))
  return found.length > 0 ? 1 : code
}

/**
 * Fails unless the package uses the addon: the tests would pass without it, too.
 * @param {string} addon
 * @param {Record<string, string>} env
 */
async function requireAddon(addon, env) {
  const program = `
    require(${JSON.stringify(root)})
    process.exit(process.report.getReport().sharedObjects.includes(${JSON.stringify(addon)}) ? 0 : 1)`
  if ((await run(process.execPath, ['-e', program], { env })) !== 0) {
    throw new Failure(`sanitize: the package does not use ${addon}.`)
  }
}

/**
 * Makes a shared library of the sanitizer's, which comes as one for programs. Resolves with its path.
 * @param {string} folder
 */
async function preloadable(folder) {
  // The sanitizer looks for other sanitizers by the names that these have, and would find itself.
  const library = join(folder, 'address-runtime.so')
  const archive = join(folder, 'address-runtime.a')
  copyFileSync(await runtimeOf('asan'), archive)
  const members = (await output('ar', ['t', archive])).split('\n')
  // What a program runs before its shared libraries are ready, and a shared library can't have.
  await output('ar', ['d', archive, ...members.filter((name) => name.includes('preinit'))])
  await output('cc', [
    ...['-shared', '-o', library, '-Wl,--whole-archive', archive, '-Wl,--no-whole-archive'],
    ...['-lstdc++', '-lpthread', '-ldl', '-lm', '-lrt'],
  ])
  return library
}
