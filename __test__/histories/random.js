'use strict'

// Random numbers that can be had again, by their seed.

/**
 * A source of random numbers in [0, 1), by the generator "mulberry32". The same seed gives the same numbers.
 * @param {number} seed
 * @returns {() => number}
 */
function randomFrom(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * One of the choices, by their shares.
 * @template T
 * @param {[choice: T, share: number][]} choices whose shares sum up to 1
 * @param {() => number} random
 * @returns {T}
 */
function chosenFrom(choices, random) {
  let rest = random()
  for (const [choice, share] of choices) {
    rest -= share
    if (rest < 0) return choice
  }
  return choices[0][0] // the sum of shares is only about 1
}

module.exports = { chosenFrom, randomFrom }
