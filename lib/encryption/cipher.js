'use strict'

// What encrypts and decrypts sessions: the addon's class, or the one that stands in for it.

const { addon } = require('../common/native.js')

exports.NativeCipher = /** @type {import('../common/native.js').Addon} */ (addon)?.NativeCipher
