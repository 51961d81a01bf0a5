'use strict'

// The addon's cipher and the one that stands in for it, and settings for both.

const { NativeCipher } = require('../../native.js')
const { SoftwareCipher } = require('../../lib/encryption/software/software-cipher.js')

const CIPHERS = { addon: NativeCipher, software: SoftwareCipher }
/** Too long for any test to wait for it. */
const PATIENCE = 60_000 // ms

const ALGORITHMS = ['aes-128', 'aes-192', 'aes-256'].flatMap((name) => [`${name}-gcm`, `${name}-cbc`])
const HASHES = ['sha1', 'sha256', 'sha384', 'sha512']
const ENCODINGS = ['base64', 'base64url', 'hex']
const NONCES = [12, 16, 24, 32]
const RELEASES = ['3.0', '3.1', '3.3', '3.4']
const SECRET = Buffer.from('AB12!@squirrel')

/** The settings of a cipher, as the shim gives them. */
const settingsOf = (formats) => ({ foreign: false, readsPlain: false, forgets: false, ...formats })

const PASSWORD = { secret: SECRET, algorithm: 'aes-256-gcm', hashing: 'sha512', encoding: 'base64', ivLen: 12 }
const kruptein = (options) => ({ kruptein: { ...PASSWORD, release: '3.0', ...options } })
const secret = (options) => ({ secret: { ...PASSWORD, encoding: 'hex', ivLen: 16, ...options } })
const web = (options) => ({
  web: {
    secret: SECRET,
    salt: Buffer.from('pepper'),
    iterations: 1000,
    gcm: true,
    encoding: 'base64',
    ivLen: 12,
    parses: false,
    ...options,
  },
})
const keys = (...ids) => ({ keys: ids.map((id) => ({ id, secret: Buffer.alloc(32 + id.length, id) })) })

/** Both ciphers with these settings. */
function both(formats) {
  const settings = settingsOf(formats)
  return { addon: new NativeCipher(settings), software: new SoftwareCipher(settings) }
}

/** What a cipher gave, in a form that can be compared: bytes of either class as text. */
const comparable = (result) =>
  result instanceof Uint8Array
    ? `bytes ${Buffer.from(result.buffer, result.byteOffset, result.length).toString('hex')}`
    : result

module.exports = {
  ALGORITHMS,
  CIPHERS,
  ENCODINGS,
  HASHES,
  NONCES,
  PATIENCE,
  RELEASES,
  SECRET,
  both,
  comparable,
  keys,
  kruptein,
  secret,
  settingsOf,
  web,
}
