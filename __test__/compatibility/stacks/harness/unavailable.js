'use strict'

/** What a row needs is not on this machine: its message is the reason, which is shown in place of a result. */
class Unavailable extends Error {}

module.exports = { Unavailable }
