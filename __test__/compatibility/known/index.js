'use strict'

// The deliberate differences from the genuine packages, each with its reason. `genuine` states what the genuine store
// does, and `ours` what our store does instead. A test fails as soon as either side changes. README.md explains how to
// write a difference.

const assert = require('node:assert/strict')
const { GENERATIONS } = require('../packages.js')
const { HABITS } = require('./habits.js')
const { HAZARDS_DIFFER } = require('./hazards.js')
const { ODD } = require('./odd.js')
const { OLDER } = require('./older.js')
const { OPTIONS_DIFFER } = require('./options.js')

/**
 * The differences, in the order in which they apply: one entry may differ in several ways.
 *
 * @typedef {object} Difference
 * @property {string} why the reason for it
 * @property {number[]} [in] the releases of connect-mongo that differ from ours; default all
 * @property {string | string[]} [play] where it shows: names of plays, sets of options and steps; default everywhere
 * @property {string | string[]} [options]
 * @property {string | string[] | RegExp} [step]
 * @property {(entry: object, context: object) => boolean} [genuine] whether the genuine store shows the difference
 * @property {(entry: object, context: object, actual: object) => object} ours returns our entry for the genuine one
 */
const DIFFERENCES = [...OLDER, ...ODD, ...HABITS, ...OPTIONS_DIFFER, ...HAZARDS_DIFFER]

function applies(place, value) {
  if (place === undefined) return true
  if (place instanceof RegExp) return place.test(value)
  return [place].flat().includes(value)
}

class Known {
  #differences
  #seen = new Set()
  #style

  constructor(generation) {
    this.#style = GENERATIONS[generation].style
    this.#differences = DIFFERENCES.filter((difference) => (difference.in ?? [6, 5, 3, 1]).includes(generation))
  }

  /**
   * Returns the entry that we expect from our store, given the genuine one.
   * @param {object} entry of the genuine store
   * @param {{options: string, play: string}} place
   * @param {object} actual our entry, for details that the genuine one does not determine
   */
  expected(entry, place, actual) {
    const context = { ...place, style: this.#style }
    let expected = entry
    for (const difference of this.#differences) {
      if (!applies(difference.play, place.play) || !applies(difference.options, place.options)) continue
      if (!applies(difference.step, entry.step) || (difference.genuine && !difference.genuine(expected, context)))
        continue
      this.#seen.add(difference)
      expected = difference.ours(expected, context, actual)
    }
    return expected
  }

  assertAllSeen() {
    const unseen = this.#differences.filter((difference) => !this.#seen.has(difference))
    assert.deepEqual(
      unseen.map(({ why }) => why),
      [],
      'differences that the genuine store no longer has',
    )
  }
}

module.exports = { Known }
