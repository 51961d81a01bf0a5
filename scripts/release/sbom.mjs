// What is in a release, as CycloneDX: the npm packages that are installed with the package, and the crates of the addon on all
// platforms. Writes both lists beside the tarballs. Needs cargo-cyclonedx: `cargo install --locked cargo-cyclonedx`.

import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { npm } from '../lib/npm.mjs'
import { cargo, root } from '../lib/process.mjs'
import { Failure, runAsProgram } from '../lib/program.mjs'
import { readManifest, TARBALLS } from './packages.mjs'

await runAsProgram(import.meta.url, async () => {
  const { name, version } = readManifest()
  mkdirSync(TARBALLS, { recursive: true })
  const file = (/** @type {string} */ kind) => join(TARBALLS, `${name}-${version}.${kind}.cdx.json`)
  writeFileSync(file('npm'), await packages())
  renameSync(await crates(), file('cargo'))
})

/**
 * The packages of users. `npm sbom --omit=dev` leaves out all that a devDependency needs as well, so there are no
 * devDependencies where it runs.
 */
async function packages() {
  const { name, version, license, dependencies } = readManifest()
  const temporary = mkdtempSync(join(tmpdir(), 'sbom-'))
  const folder = join(temporary, name) // npm takes the name of the folder for that of the package
  try {
    mkdirSync(folder)
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version, license, dependencies }))
    copyFileSync(join(root, 'package-lock.json'), join(folder, 'package-lock.json'))
    await npm(['install', '--package-lock-only', '--no-audit', '--no-fund'], { cwd: folder })
    return await npm(['sbom', '--package-lock-only', '--sbom-format=cyclonedx'], { cwd: folder })
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** The crates. Resolves with a file in the root folder, the only place where cargo-cyclonedx writes. */
async function crates() {
  const output = 'bom'
  const code = await cargo(['cyclonedx', '--format', 'json', '--target', 'all', '--override-filename', output])
  if (code !== 0) throw new Failure('sbom: `cargo cyclonedx` failed. Its output above says why.')
  return join(root, `${output}.json`)
}
