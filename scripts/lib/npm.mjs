// Runs npm and takes its output. npm is started through Node itself: on Windows, its command is a script of the shell.

import { execFile } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { Failure } from './program.mjs'

/**
 * Runs npm. Resolves with its output.
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined> }} [options] `env` is added to the environment of this process
 */
export async function npm(args, { cwd, env } = {}) {
  const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 2 ** 26 }
  const { stdout } = await promisify(execFile)(process.execPath, [npmFile(), ...args], options).catch((error) => {
    throw new Failure(`\`npm ${args[0]}\` failed:\n${error.stderr || error.message}`, { cause: error })
  })
  return stdout
}

/**
 * Packs a package.
 * @param {string} from its folder
 * @param {string} to the folder of the tarball
 * @returns {Promise<{ tarball: string, files: { path: string }[], [detail: string]: unknown }>} npm's report
 */
export async function pack(from, to) {
  const [report] = await npmPack(from, ['--pack-destination', to])
  return { ...report, tarball: join(to, report.filename) }
}

/**
 * The files that the tarball of a package would contain.
 * @param {string} from its folder
 * @returns {Promise<string[]>}
 */
export async function packedFiles(from) {
  const [report] = await npmPack(from, ['--dry-run'])
  return report.files.map((/** @type {{ path: string }} */ file) => file.path)
}

/**
 * @param {string} cwd
 * @param {string[]} args
 */
async function npmPack(cwd, args) {
  return JSON.parse(await npm(['pack', '--json', '--ignore-scripts', ...args], { cwd }))
}

/** The program of npm: that which started this process, the one beside Node, or the one on the PATH. */
function npmFile() {
  const { npm_execpath: starter, PATH = '' } = process.env
  const beside = ['node_modules', join('..', 'lib', 'node_modules')].map((modules) =>
    join(dirname(process.execPath), modules, 'npm', 'bin', 'npm-cli.js'),
  )
  const onPath = PATH.split(delimiter).map((folder) => join(folder, 'npm'))
  const file = [starter ?? '', ...beside, ...onPath].find((candidate) => candidate && existsSync(candidate))
  if (file === undefined) throw new Failure('`npm` was not found. It comes with Node.js.')
  return realpathSync(file)
}
