// What is in a release, as CycloneDX: the npm packages that are installed with the package, and the crates of the addon on all
// platforms. Writes both lists beside the tarballs. Needs cargo-cyclonedx: `cargo install --locked cargo-cyclonedx`.

import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { npm } from '../lib/npm.mjs'
import { cargo, root } from '../lib/process.mjs'
import { Failure, runAsProgram } from '../lib/program.mjs'
import { readManifest, TARBALLS } from './packages.mjs'

await runAsProgram(import.meta.url, async () => {
  const { name, version } = readManifest()
  mkdirSync(TARBALLS, { recursive: true })
  const file = (/** @type {string} */ kind) => join(TARBALLS, `${name}-${version}.${kind}.cdx.json`)

  const packages = await npm(['sbom', '--omit=dev', '--package-lock-only', '--sbom-format=cyclonedx'], { cwd: root })
  writeFileSync(file('npm'), packages)

  const output = 'bom' // cargo-cyclonedx writes beside Cargo.toml only
  const code = await cargo(['cyclonedx', '--format', 'json', '--target', 'all', '--override-filename', output])
  if (code !== 0) throw new Failure('sbom: `cargo cyclonedx` failed. Its output above says why.')
  renameSync(join(root, `${output}.json`), file('cargo'))
})
