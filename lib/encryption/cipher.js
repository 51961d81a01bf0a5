'use strict'

// The class that encrypts and decrypts sessions: the addon's, or its replacement.

const { addon } = require('../common/native.js')

/** @type {import('../common/native.js').Addon['NativeCipher']} */
exports.NativeCipher = addon?.NativeCipher ?? require('./software/software-cipher.js').SoftwareCipher
