'use strict'

// What may become of an option of a driver: the forms of `driver-options.js` and `tls-options.js`.

/**
 * What becomes of an option: exactly one of `to`, `gone`, `refused` and `group` is there.
 * @typedef {object} Fate
 * @property {string[]} [to] what it sets: parameters of the connection string, or a part of it in words
 * @property {string} [gone] why it has no effect
 * @property {string} [refused] why the store does not take it
 * @property {string} [ask] the values that are not refused after all, for the table
 * @property {(value: unknown) => boolean} [harmless] whether a value is not refused after all
 * @property {boolean} [group] whether it is an object of options, each of which counts as if it stood outside
 */

/** @typedef {Record<string, [drivers: string, fate: Fate]>} Options by name, each with the versions of the driver that know it */

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
 * @param {string} [ask]
 * @param {(value: unknown) => boolean} [harmless]
 * @returns {Fate}
 */
const refused = (why, ask, harmless) => ({ refused: why, ask, harmless })
/** @type {Fate} */
const group = { group: true }

/** What an application can do that needs an option which the addon refuses. */
const OWN_CLIENT = 'give the `client` of your own `mongodb` package instead'
const LOGS = 'the store has process warnings and `stats()` instead'

module.exports = { LOGS, OWN_CLIENT, carried, gone, group, refused }
