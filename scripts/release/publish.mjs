// Publishes the tarballs of npm/tarballs/ in the order in which they were packed, if they are still the same. What is already
// published is left alone, so a run that broke off can be repeated. This must need nothing but Node and npm: where it runs, no
// code of others may be near the right to publish.
//
//   --registry URL   a registry other than npm's own
//   --no-provenance  publishes from a machine that can't prove where the tarballs were made

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { npm } from '../lib/npm.mjs'
import { root } from '../lib/process.mjs'
import { Failure, runAsProgram } from '../lib/program.mjs'

const TARBALLS = join(root, 'npm', 'tarballs')

await runAsProgram(import.meta.url, async () => {
  const { values } = parseArgs({ options: { registry: { type: 'string' }, 'no-provenance': { type: 'boolean' } } })
  const registry = values.registry === undefined ? [] : [`--registry=${values.registry}`]
  const provenance = values['no-provenance'] ? ['--no-provenance'] : []
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

  for (const { file, content } of packed()) {
    const name = file.slice(0, -`-${version}.tgz`.length)
    const there = await publishedIntegrity(`${name}@${version}`, registry)
    if (there === undefined) {
      await npm(['publish', join(TARBALLS, file), ...registry, ...provenance])
      console.log(`publish: ${name} ${version}`)
    } else if (there === integrity(content)) {
      console.log(`publish: ${name} ${version} is already there`)
    } else {
      throw new Failure(`publish: ${name} ${version} is already there, with other contents.`)
    }
  }
})

/** What pack.mjs has packed. Fails before anything is published if a tarball is not what it was. */
function packed() {
  const lines = readFileSync(join(TARBALLS, 'SHA256SUMS'), 'utf8').trim().split('\n')
  const tarballs = lines.map((line) => line.split('  '))
  return tarballs.map(([sha256 = '', file = '']) => ({ file, content: readTarball(file, sha256) }))
}

/**
 * @param {string} file
 * @param {string} expected its SHA-256
 */
function readTarball(file, expected) {
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
