// Starts other programs: always in the project's root folder, with their output passed through. A shell is used only for
// npm on Windows, where Node can't start it otherwise.

import { execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Failure, codeOf } from './program.mjs'

/** The project's root folder. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/**
 * @typedef {object} RunOptions
 * @property {Record<string, string>} [env] variables to add to the environment of this process
 * @property {import('node:child_process').StdioOptions} [stdio] default `inherit`
 * @property {string} [missing] what to do when the program is not installed: the end of the error message
 */

/**
 * Runs a program and resolves with its exit code, or 1 if a signal ended it. Rejects only if it can't be started.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<number>}
 */
export function run(command, args, { env, stdio = 'inherit', missing = '' } = {}) {
  return new Promise((resolve, reject) => {
    const shell = process.platform === 'win32' && command === 'npm' // npm is a .cmd file there
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio, shell })
    child.once('error', (error) => {
      reject(codeOf(error) === 'ENOENT' ? new Failure(`\`${command}\` was not found. ${missing}`.trim()) : error)
    })
    child.once('close', (code) => resolve(code ?? 1))
  })
}

/** The platform of this machine as Rust calls it; undefined without Rust: then cargo, which is run next, is missing, too. */
async function hostTriple() {
  const { stdout } = await promisify(execFile)('rustc', ['-vV']).catch(() => ({ stdout: '' }))
  return /^host: (.+)$/m.exec(stdout)?.[1]
}

/**
 * Runs `cargo`. It names the platform as `napi build` does: cargo then keeps the results of both in one place.
 * @param {string[]} args
 * @param {RunOptions} [options]
 */
export async function cargo(args, options) {
  const target = process.env.CARGO_BUILD_TARGET ?? (await hostTriple())
  return run('cargo', args, {
    ...options,
    env: { ...options?.env, ...(target && { CARGO_BUILD_TARGET: target }) },
    missing: 'Install Rust from https://rustup.rs, open a new shell so that `cargo` is on the PATH, and try again.',
  })
}

/**
 * Runs a command of a devDependency, e.g. `tool('eslint', ['.'])` or `tool('@napi-rs/cli', ['build'], { bin: 'napi' })`.
 * @param {string} packageName
 * @param {string[]} args
 * @param {RunOptions & { bin?: string }} [options] `bin` names the command if it differs from the package
 */
export async function tool(packageName, args, { bin = packageName, ...options } = {}) {
  const folder = join(root, 'node_modules', packageName)
  return run(process.execPath, [join(folder, commandFile(packageName, folder, bin)), ...args], options)
}

/**
 * The file of a command, relative to the package's folder.
 * @param {string} packageName
 * @param {string} folder
 * @param {string} command
 * @returns {string}
 */
function commandFile(packageName, folder, command) {
  try {
    const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return typeof bin === 'string' ? bin : bin[command]
  } catch (error) {
    throw new Failure(`${packageName} is not installed. Run \`npm ci\`.`, { cause: error })
  }
}
