// Where the program of a block runs: beside the packages of this clone, or in the folder of a stack that has those that it
// loads.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import installing from '../compatibility/stacks/harness/install.js'
import stacks from '../compatibility/stacks/rows.js'
import { PACKAGES } from './folder.mjs'
import { packagesOf, programOf } from './programs.mjs'

/**
 * @import { Row } from '../compatibility/stacks/rows.js'
 * @import { Block } from './blocks.mjs'
 */

const PROGRAMS = ['program', 'continues', 'within']
const OWN = ['connect-mongo-native', 'connect-mongo']

/**
 * Where a block runs: in a stack, or beside the packages of this clone. Without either it has a problem, or is no program.
 * @param {Block} block
 * @returns {{ stack?: Row, clone?: true, problem?: string }}
 */
export function placeOf(block) {
  if (!PROGRAMS.includes(block.how)) return {}
  let names
  try {
    names = packagesOf(programOf(block))
  } catch (error) {
    return { problem: error.message }
  }
  const missing = names.filter((name) => !PACKAGES.has(name))
  if (missing.length === 0) return { clone: true }
  const stack = stackWith(names)
  if (stack) return { stack }
  return { problem: `no stack has all that it loads: ${names.join(', ')}. Not in this clone: ${missing.join(', ')}.` }
}

/** The first stack whose package.json has all of the packages, besides this one: its row. */
function stackWith(names) {
  const wanted = names.filter((name) => !OWN.includes(name))
  return stacks.rows.find(({ row, folder = row, cannot }) => {
    const there = dependenciesOf(folder)
    return !cannot && wanted.every((name) => name in there)
  })
}

function dependenciesOf(folder) {
  const file = join(installing.STACKS, folder, 'package.json')
  const { dependencies, devDependencies } = JSON.parse(readFileSync(file, 'utf8'))
  return { ...dependencies, ...devDependencies }
}
