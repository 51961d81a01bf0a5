'use strict'

// Runs npm, and packs this package with it.

const { ROOT } = require('./child.js')

const scripts = import('../../scripts/lib/npm.mjs')

/** Runs npm. Resolves with its output. */
async function npm(args, options) {
  return (await scripts).npm(args, options)
}

/** Packs the clone into a folder. Resolves with npm's report on the tarball. */
async function pack(folder) {
  return (await scripts).pack(ROOT, folder)
}

/** The files that the tarball would contain. */
async function packedFiles() {
  return (await scripts).packedFiles(ROOT)
}

module.exports = { npm, pack, packedFiles }
