'use strict'

// Reads the names in index.d.ts with the compiler.

const path = require('node:path')
const { ROOT } = require('./child.js')

const FILE = path.join(ROOT, 'index.d.ts')

/** Whether a name is meant for people: the compiler has some of its own for what has no name, such as an index signature. */
const isPublic = (name) => typeof name === 'string' && !name.startsWith('_')

/**
 * Opens the types. Resolves with
 *
 * - `exported`: what they export, as symbols by name;
 * - `membersOf(name)`: the public members of a class or an interface, as symbols by name;
 * - `flags`: SymbolFlags of the compiler;
 * - `close()`.
 */
async function openTypes() {
  const { API, SymbolFlags: flags } = await import('typescript/unstable/sync')
  const api = new API()
  const project = api.updateSnapshot({ openFiles: [FILE] }).getDefaultProjectForFile(FILE)
  const { checker } = project
  const symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(project.program.getSourceFile(FILE)))
  const exported = new Map(symbols.map((symbol) => [symbol.name, symbol]))
  const membersOf = (name) => {
    const found = exported.get(name)
    const symbol = found.flags & flags.Alias ? checker.getAliasedSymbol(found) : found
    const members = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol))
    return new Map(members.filter((member) => isPublic(member.name)).map((member) => [member.name, member]))
  }
  return { exported, membersOf, flags, close: () => api.close() }
}

module.exports = { isPublic, openTypes }
