'use strict'

// Whether the stores of this run work through the addon, or without it, as in `npm run test:fallback`.

const { addon } = require('../../lib/common/native.js')

/** Whether there is an addon. */
const hasAddon = addon !== undefined

/**
 * The options of a test, or of a group, that says something of the addon alone.
 * @param {string} reason why it can't hold without the addon
 */
const needsAddon = (reason) => ({ skip: hasAddon ? false : reason })

/** Whether stores work through the `mongodb` package: where there is no addon, and where a file gives its stores a client. */
const throughDriver = process.env.TEST_THROUGH === 'client' || !hasAddon

module.exports = { hasAddon, needsAddon, throughDriver }
