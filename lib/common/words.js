'use strict'

// The names of options in messages.

/**
 * "The option a has", "The options a, b have".
 * @param {string[]} names
 * @param {string} one the verb after a single name
 * @param {string} [many] the verb after several names
 */
function theOptions(names, one, many = one) {
  return names.length === 1 ? `The option ${names[0]} ${one}` : `The options ${names.join(', ')} ${many}`
}

module.exports = { theOptions }
