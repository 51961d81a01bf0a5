// Where programs of the docs run: a folder with the package as it is published, and what applications install beside it.

import { execFile } from 'node:child_process'
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after } from 'node:test'
import { promisify } from 'node:util'
import packages from '../helpers/package-folder.js'
import { ROOT } from './pages.mjs'
import { CONTEXTS } from './programs.mjs'

const { manifest } = packages
const isAlias = ([, range]) => range.startsWith('npm:')

/** Generations of connect-mongo that contexts compare with. The other aliases of this clone are left out. */
const GENUINE = ['connect-mongo-6']
const LINKED = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
  .filter((entry) => !isAlias(entry))
  .map(([name]) => name)
  .concat(GENUINE)

/** The packages that programs find in the folder. `connect-mongo` is this package, as people replace it. */
export const PACKAGES = new Set([manifest.name, 'connect-mongo', ...LINKED])

/** Makes the folder. It is removed after the tests of the file. */
export function docsFolder() {
  const folder = packages.packageFolder({ after }, LINKED)
  const modules = join(folder, 'node_modules')
  symlinkSync(join(modules, manifest.name), join(modules, 'connect-mongo'), 'junction')
  addShared(folder)
  return folder
}

/** Adds what contexts share to a folder in which their programs run. */
export function addShared(folder) {
  cpSync(join(ROOT, CONTEXTS, 'shared'), join(folder, 'shared'), { recursive: true })
}

/**
 * Compiles a file in TypeScript, if its types are right. Resolves with the file in JavaScript.
 * @param {string} file
 * @param {object} options
 * @param {string} options.cwd
 * @param {string} [options.compiler] the package to use, by default that of this clone
 * @param {object} [options.settings] of a tsconfig.json
 */
export async function compile(file, { cwd, compiler = join(ROOT, 'node_modules', 'typescript'), settings = {} }) {
  const project = `${file}.json`
  const compilerOptions = { module: 'nodenext', target: 'es2022', strict: true, skipLibCheck: true, types: ['node'] }
  writeFileSync(project, JSON.stringify({ compilerOptions: { ...compilerOptions, ...settings }, files: [file] }))
  const { bin } = JSON.parse(readFileSync(join(compiler, 'package.json'), 'utf8'))
  await promisify(execFile)(process.execPath, [join(compiler, bin.tsc), '-p', project], { cwd }).catch((error) => {
    throw new Error(`TypeScript says:\n${error.stdout || error.message}`, { cause: error })
  })
  return file.replace(/ts$/, 'js')
}
