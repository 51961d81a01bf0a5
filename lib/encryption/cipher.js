'use strict'

// What encrypts and decrypts sessions: the addon's class, or the one that stands in for it.

const isOff = process.env.CONNECT_MONGO_NATIVE_ADDON === 'off'

/** @type {import('../common/native.js').Addon['NativeCipher']} */
exports.NativeCipher = isOff
  ? require('./software/software-cipher.js').SoftwareCipher
  : require('../common/native.js').NativeCipher
