'use strict'

// The notices of the crates in the addon. `npm run check` compares the file with the crates that are linked.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { it } = require('node:test')
const { temporaryFolder } = require('../helpers/package-folder.js')

const TEXT = 'You may do with it what you like.'

/** A crate of this licence, in a folder with a text, or without one. */
function crate(t, license, text = TEXT) {
  const folder = temporaryFolder(t)
  if (text) fs.writeFileSync(path.join(folder, 'LICENSE-MIT'), text)
  const manifest = path.join(folder, 'Cargo.toml')
  return { name: 'a-crate', version: '1.2.3', license, authors: ['Ada'], repository: null, manifest_path: manifest }
}

it('The notices name each crate with its licence, and have its text', async (t) => {
  const { notices } = await import('../../scripts/release/notices.mjs')
  const content = notices([crate(t, 'MIT OR Apache-2.0')])
  assert.match(content, /^- a-crate 1\.2\.3 \(MIT OR Apache-2\.0\)$/m)
  assert.ok(content.includes(`a-crate 1.2.3\n\n${TEXT}\n`), content)
})

it('A crate that has forgotten its text gets that of MIT with its authors', async (t) => {
  const { notices } = await import('../../scripts/release/notices.mjs')
  assert.match(notices([crate(t, 'MIT', '')]), /a-crate 1\.2\.3\n\nMIT License\n\nCopyright \(c\) Ada\n\nPermission is/)
})

it('A licence that asks for more than notices is refused', async (t) => {
  const { notices } = await import('../../scripts/release/notices.mjs')
  for (const license of ['GPL-3.0-only', 'MIT AND MPL-2.0', 'none']) {
    assert.throws(() => notices([crate(t, license)]), { message: new RegExp(`a-crate 1\\.2\\.3: ${license}`) })
  }
})
