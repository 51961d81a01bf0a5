// What every script does as a program: run only when Node was started with it, print errors for people, set the exit
// code.

import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** An error whose message tells the user everything: it is printed without its stack. */
export class Failure extends Error {}

/**
 * Runs `main` if Node was started with this module. Its result is the exit code; no result means 0.
 * @param {string} moduleUrl `import.meta.url` of the module
 * @param {() => void | number | Promise<void | number>} main
 */
export async function runAsProgram(moduleUrl, main) {
  const [, started] = process.argv
  if (started === undefined || realpathSync(started) !== fileURLToPath(moduleUrl)) return
  try {
    process.exitCode = (await main()) ?? 0
  } catch (error) {
    const explained = error instanceof Failure || codeOf(error)?.startsWith('ERR_PARSE_ARGS')
    console.error(explained ? messageOf(error) : error)
    process.exitCode = 1
  }
}

/**
 * The number that an option gives.
 * @param {string} option such as `--minutes`
 * @param {string} text
 */
export function positive(option, text) {
  const number = Number(text)
  if (!(number > 0)) throw new Failure(`${option} needs a positive number.`)
  return number
}

/**
 * The message of whatever was thrown.
 * @param {unknown} error
 * @returns {string}
 */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error)
}

/**
 * The `code` of a system error, such as `ENOENT`; undefined if there is none.
 * @param {unknown} error
 * @returns {string | undefined}
 */
export function codeOf(error) {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
