// Publishes the tarballs of npm/tarballs/, the platforms first. What is already published is left alone if it is the same, so
// a run that broke off can be repeated.
//
//   --registry URL   a registry other than npm's own
//   --no-provenance  publishes from a machine that can't prove where the tarballs were made
//   --built-only     leaves out the platforms that were not packed

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { npm } from '../lib/npm.mjs'
import { Failure, runAsProgram } from '../lib/program.mjs'
import { readManifest, tarballsOf, TARBALLS } from './packages.mjs'

await runAsProgram(import.meta.url, async () => {
  const { values } = parseArgs({
    options: { registry: { type: 'string' }, 'no-provenance': { type: 'boolean' }, 'built-only': { type: 'boolean' } },
  })
  const manifest = readManifest()
  const sums = readFileSync(join(TARBALLS, 'SHA256SUMS'), 'utf8')
  const registry = values.registry === undefined ? [] : [`--registry=${values.registry}`]
  const provenance = values['no-provenance'] ? ['--no-provenance'] : []

  for (const { name, file } of tarballsOf(manifest)) {
    const line = new RegExp(`^([0-9a-f]{64})  ${file.replaceAll('.', '\\.')}$`, 'm').exec(sums)
    if (!line && values['built-only']) continue
    const tarball = readTarball(file, line?.[1])
    const there = await publishedIntegrity(`${name}@${manifest.version}`, registry)
    if (there === undefined) {
      await npm(['publish', join(TARBALLS, file), ...registry, ...provenance])
      console.log(`publish: ${name} ${manifest.version}`)
    } else if (there === integrity(tarball)) {
      console.log(`publish: ${name} ${manifest.version} is already there`)
    } else {
      throw new Failure(`publish: ${name} ${manifest.version} is already there, with other contents.`)
    }
  }
})

/**
 * A tarball, as it was when it was packed.
 * @param {string} file
 * @param {string | undefined} expected its SHA-256
 */
function readTarball(file, expected) {
  if (expected === undefined) throw new Failure(`publish: ${file} is not in npm/tarballs/SHA256SUMS.`)
  const content = readFileSync(join(TARBALLS, file))
  const actual = createHash('sha256').update(content).digest('hex')
  if (actual !== expected) throw new Failure(`publish: ${file} is not what was packed: its SHA-256 is ${actual}.`)
  return content
}

/** @param {Buffer} tarball */
function integrity(tarball) {
  return `sha512-${createHash('sha512').update(tarball).digest('base64')}`
}

/**
 * What a registry says of the contents of a package; undefined if it does not have it.
 * @param {string} spec
 * @param {string[]} registry
 * @returns {Promise<string | undefined>}
 */
async function publishedIntegrity(spec, registry) {
  try {
    return JSON.parse(await npm(['view', spec, 'dist.integrity', '--json', ...registry]))
  } catch (error) {
    if (error instanceof Failure && /\bE404\b/.test(error.message)) return undefined
    throw error
  }
}
