// Packs everything that a release publishes into npm/tarballs/: a package for each platform, with the addon that lies in the
// root folder, and the package itself; beside them their checksums.
//
//   --built-only  leaves out the platforms whose addon is not there
//   --no-verify   packs even what may not be published, for a trial

import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { pack } from '../lib/npm.mjs'
import { runAsProgram } from '../lib/program.mjs'
import { published, readManifest, TARBALLS } from './packages.mjs'
import { stagePackage, stagePlatforms } from './stage.mjs'
import { verify } from './verify.mjs'

await runAsProgram(import.meta.url, async () => {
  const { values } = parseArgs({
    options: { 'built-only': { type: 'boolean', default: false }, 'no-verify': { type: 'boolean' } },
  })
  const manifest = published(readManifest())
  if (!values['no-verify']) await verify(manifest)
  const folders = await stagePlatforms(manifest, { builtOnly: values['built-only'] })
  folders.push(await stagePackage(manifest))

  mkdirSync(TARBALLS)
  const sums = []
  for (const folder of folders) {
    const { tarball, files } = await pack(folder, TARBALLS)
    sums.push(`${sha256(tarball)}  ${basename(tarball)}\n`)
    console.log(`pack: ${basename(tarball)}, ${files.length} files`)
  }
  // As `sha256sum` writes and checks it. Published in this order: nobody can install the package before the platforms are there.
  writeFileSync(join(TARBALLS, 'SHA256SUMS'), sums.join(''))
})

/** @param {string} file */
function sha256(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}
