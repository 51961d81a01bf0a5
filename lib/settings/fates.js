'use strict'

// What the store can do with an option of a driver: the vocabulary of `driver-options.js` and `tls-options.js`.

/**
 * What becomes of an option. Exactly one of `to`, `gone`, `refused` and `group` is set.
 * @typedef {object} Fate
 * @property {string[]} [to] what it sets: parameters of the connection string, or a part of the string in words
 * @property {string} [gone] why it has no effect
 * @property {string} [refused] why the addon can't take it
 * @property {string} [remedy] what to do about a refused option
 * @property {[shown: string, fits: (value: unknown) => boolean]} [takes] the one value of a refused option that the addon
 *   takes after all, as text and as a test
 * @property {boolean} [group] whether it is an object of options, which count as if they stood outside it
 */

/** @typedef {Record<string, [drivers: string, fate: Fate]>} Options by name, each with the versions of the driver that have it */

/**
 * @param {string[]} to
 * @returns {Fate}
 */
const carried = (...to) => ({ to })
/**
 * @param {string} why
 * @returns {Fate}
 */
const gone = (why) => ({ gone: why })
/**
 * @param {string} why
 * @param {Pick<Fate, 'remedy' | 'takes'>} [more]
 * @returns {Fate}
 */
const refused = (why, { remedy = OWN_CLIENT, takes } = {}) => ({ refused: why, remedy, takes })
/** @type {Fate} */
const group = { group: true }

/** What to do about a refused option, unless it has a remedy of its own. */
const OWN_CLIENT = 'pass the `client` of your own `mongodb` package instead'
const LOGS = 'the store has process warnings and `stats()`'

module.exports = { LOGS, OWN_CLIENT, carried, gone, group, refused }
