'use strict'

// What encrypts and decrypts sessions: the addon's class, or the one that stands in for it.

const { addon } = require('../common/native.js')

/** @type {import('../common/native.js').Addon['NativeCipher']} */
exports.NativeCipher = addon?.NativeCipher ?? require('./software/software-cipher.js').SoftwareCipher
