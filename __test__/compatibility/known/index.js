'use strict'

// The deliberate differences from the genuine packages. Each has its reason, and a test fails as soon as either side
// changes: `genuine` tells what the genuine store does there, and `ours` what ours does instead. README.md explains how
// to write one.

const assert = require('node:assert/strict')
const { GENERATIONS } = require('../packages.js')
const { HABITS } = require('./habits.js')
const { HAZARDS_DIFFER } = require('./hazards.js')
const { ODD } = require('./odd.js')
const { OLDER } = require('./older.js')
const { OPTIONS_DIFFER } = require('./options.js')

/**
 * In the order in which they are applied, since one entry may differ in several ways.
 *
 * @typedef {object} Difference
 * @property {string} why the reason for it
 * @property {number[]} [in] the releases of connect-mongo that differ from ours; default all
 * @property {string | string[]} [play] where it shows: names of plays, sets of options and steps; default everywhere
 * @property {string | string[]} [options]
 * @property {string | string[] | RegExp} [step]
 * @property {(entry: object, context: object) => boolean} [genuine] whether the genuine store did what is differing
 * @property {(entry: object, context: object, actual: object) => object} ours our entry in place of the genuine one
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
   * Our entry where the genuine store has this one.
   * @param {object} entry the genuine store's
   * @param {{options: string, play: string}} place
   * @param {object} actual our entry, for what can't be told from the genuine one
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
