'use strict'

// Warns about unknown options, and names the option that was probably meant.

const { warnOnce } = require('../common/warn.js')

/**
 * Warns once about each unknown name.
 * @param {string[]} names of given options
 * @param {string[]} known
 */
function warnOfUnknown(names, known) {
  for (const name of names) {
    if (known.includes(name)) continue
    const near = known.find((other) => isNear(name, other))
    const hint = near ? `: did you mean "${near}"?` : ' and has no effect'
    warnOnce(`The option "${name}" is unknown${hint}`, 'MONGO_STORE_OPTION')
  }
}

/**
 * Whether one name may be a misspelling of the other. They differ in case and punctuation, or by at most two letters.
 * @param {string} name
 * @param {string} known
 */
function isNear(name, known) {
  return distance(letters(name), letters(known)) <= (known.length > 5 ? 2 : 1)
}

/** @param {string} name */
function letters(name) {
  return name.replace(/[^a-z]/gi, '').toLowerCase()
}

/**
 * The number of letters to insert, remove or replace to get from one word to the other (Levenshtein).
 * @param {string} one
 * @param {string} other
 */
function distance(one, other) {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (let line = 1; line <= one.length; line++) {
    const next = [line]
    for (let column = 1; column <= other.length; column++) {
      const replaced = row[column - 1] + (one[line - 1] === other[column - 1] ? 0 : 1)
      next[column] = Math.min(replaced, row[column] + 1, next[column - 1] + 1)
    }
    row = next
  }
  return row[other.length]
}

module.exports = { warnOfUnknown }
