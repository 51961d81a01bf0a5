'use strict'

/** This machine lacks something that a row needs. The message is the reason, shown instead of a result. */
class Unavailable extends Error {}

module.exports = { Unavailable }
