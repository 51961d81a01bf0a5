// How the scripts start other programs: always from the project's root, always with the output passed through, never
// through a shell except where Windows needs one for npm.

import { spawn } from 'node:child_process'
import { readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's root folder. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** An error whose message says all that a user needs: printed without its stack. */
export class Failure extends Error {}

/**
 * Runs a program to its end and resolves with its exit code (1 when a signal ended it).
 * Rejects only when it could not be started; `missing` is then the advice to give.
 */
export function run(command, args, { cwd = root, env, stdio = 'inherit', missing } = {}) {
  return new Promise((resolve, reject) => {
    // npm is a .cmd file on Windows, which Node starts through a shell only.
    const shell = process.platform === 'win32' && command === 'npm'
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio, shell })
    child.once('error', (error) => {
      reject(error.code === 'ENOENT' ? new Failure(`\`${command}\` was not found. ${missing ?? ''}`.trim()) : error)
    })
    child.once('close', (code) => resolve(code ?? 1))
  })
}

/** Runs `cargo`. */
export function cargo(args, options) {
  return run('cargo', args, {
    ...options,
    missing: 'Install Rust from https://rustup.rs, open a new shell so that `cargo` is on the PATH, and try again.',
  })
}

/** Runs a command that a devDependency brings, e.g. `tool('eslint', ['.'])` or `tool('@napi-rs/cli', [...], { bin: 'napi' })`. */
export function tool(packageName, args, { bin = packageName, ...options } = {}) {
  const folder = join(root, 'node_modules', packageName)
  let manifest
  try {
    manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  } catch {
    throw new Failure(`${packageName} is not installed. Run \`npm ci\`.`)
  }
  const file = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[bin]
  return run(process.execPath, [join(folder, file), ...args], options)
}

/** Imports a package when it is needed: a script starts without it, and says what to do when it is missing. */
export async function dependency(packageName) {
  try {
    return await import(packageName)
  } catch (error) {
    throw error.code === 'ERR_MODULE_NOT_FOUND'
      ? new Failure(`${packageName} is not installed. Run \`npm ci\`.`)
      : error
  }
}

/** Runs `main` when the module is the program itself; its number, if any, is the exit code. */
export async function runAsProgram(moduleUrl, main) {
  const isProgram = process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(moduleUrl)
  if (!isProgram) return
  try {
    process.exitCode = (await main()) ?? 0
  } catch (error) {
    console.error(error instanceof Failure ? error.message : error)
    process.exitCode = 1
  }
}
