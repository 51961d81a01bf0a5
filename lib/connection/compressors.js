'use strict'

// Leaves out compressors that are not installed. With them, each operation of a client would fail, while the addon has
// all of them.

const { fromApplication } = require('../common/application-package.js')
const { readUri } = require('../settings/uri.js')

/**
 * The packages that the `mongodb` package needs for some compressors.
 * @type {Record<string, string | undefined>}
 */
const PACKAGES = { snappy: 'snappy', zstd: '@mongodb-js/zstd' }

/**
 * Returns the options of a client with only the compressors that it can use.
 * @param {string | undefined} url
 * @param {{compressors?: unknown}} options
 */
function withPresentCompressors(url = '', options) {
  const given = options.compressors ?? readUri(url).option('compressors')
  const names = typeof given === 'string' ? given.split(',') : given
  if (!Array.isArray(names) || names.every(isPresent)) return options
  const present = names.filter(isPresent)
  return { ...options, compressors: present.length > 0 ? present : ['none'] }
}

/** @param {unknown} name */
function isPresent(name) {
  const needed = PACKAGES[String(name)]
  return needed === undefined || fromApplication(needed, 'mongodb') !== null
}

module.exports = { withPresentCompressors }
