'use strict'

// Truth values as the drivers accept them: booleans, or the same as text, from a connection string.

/** @param {unknown} value */
const isTrue = (value) => value === true || value === 'true'

/** @param {unknown} value */
const isFalse = (value) => value === false || value === 'false'

module.exports = { isFalse, isTrue }
