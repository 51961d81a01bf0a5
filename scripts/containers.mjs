// `npm run test:containers`: builds the images of examples/docker/, and uses the server in each of them. It runs as another
// user than root, in 256 MB, on a file system that can't be written to, and must end with code 0 when it is stopped. Then the
// compose file runs with the image `slim`.
//
// With Docker, the images are built on the real base images. Without its daemon, Podman builds them on stand-ins. That needs
// root on Debian. Names choose images: `npm run test:containers -- alpine`.

import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeBases } from './containers/bases.mjs'
import { tryCompose } from './containers/compose.mjs'
import { copyExample, packAll } from './lib/examples.mjs'
import { findEngine } from './containers/engine.mjs'
import { tryImage } from './containers/trial.mjs'
import { npm } from './lib/npm.mjs'
import { root } from './lib/process.mjs'
import { Failure, runAsProgram } from './lib/program.mjs'
import { startServer } from './mongod.mjs'
import { startRegistry } from './release/registry.mjs'
import { readManifest } from './release/packages.mjs'

const EXAMPLE = join(root, 'examples', 'docker')
const SUFFIX = '.Dockerfile'

await runAsProgram(import.meta.url, async () => {
  const words = process.argv.slice(2)
  const files = readdirSync(EXAMPLE).filter((file) => file.endsWith(SUFFIX))
  const chosen = files.filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  if (chosen.length === 0)
    throw new Failure(`containers: no image has one of these names. There are ${files.join(', ')}`)

  const engine = await findEngine()
  if (engine.name === 'podman') await makeBases(engine)
  console.log(
    `containers: ${engine.name} on ${engine.name === 'docker' ? 'the real base images' : 'stand-ins for the base images'}`,
  )

  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'containers-'))
  const registry = await startRegistry({ own: `${readManifest().name}*`, folder })
  const mongo = await startServer()
  try {
    const packed = await publish(folder, registry.url)
    const context = join(folder, 'app')
    copyExample(EXAMPLE, context, {
      own: (name, version) => `${registry.url}${name}/-/${name}-${version}.tgz`,
      others: registry.url,
    })
    // As on the machine of a developer: .dockerignore must keep it out of the image.
    mkdirSync(join(context, 'node_modules', 'of-this-machine'), { recursive: true })
    writeFileSync(join(context, 'node_modules', 'of-this-machine', 'index.js'), '')

    for (const file of chosen) {
      const name = file.slice(0, -SUFFIX.length)
      const image = `connect-mongo-native-example:${name}`
      console.log(`containers: building ${file}`)
      await engine.build({ image, file: join(context, file), context })
      try {
        checkAddon(name, await tryImage(engine, image, mongo.url(name)), packed)
        if (name !== 'slim') continue
        await tryCompose(engine, context, image)
        console.log('containers: compose.yaml works')
      } finally {
        await engine.run('rmi', image)
      }
    }
  } finally {
    if (engine.name === 'podman') await engine.run('image', 'prune', '--force') // all of its images are in .cache/
    await mongo.stop()
    await registry.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})

/**
 * Fails unless the server has loaded the addon that was packed for it, or none if there was none.
 * @param {string} name of the image
 * @param {string[]} loaded
 * @param {Map<string, string>} packed
 */
function checkAddon(name, loaded, packed) {
  const platform = `linux-${process.arch}-${name === 'alpine' ? 'musl' : 'gnu'}`
  const expected = [...packed.keys()].filter((each) => each.endsWith(`-${platform}`))
  if (loaded.length !== expected.length || !loaded.every((addon) => addon.endsWith(`.${platform}.node`)))
    throw new Failure(`containers: ${name} loaded ${loaded.join(', ') || 'no addon'}.`)
  console.log(`containers: ${name} works with ${loaded.join(', ') || 'no addon, through the mongodb package'}`)
}

/**
 * Publishes the package, and its addons that have been built.
 * @param {string} folder
 * @param {string} registry
 */
async function publish(folder, registry) {
  const packed = await packAll(folder)
  // npm publishes nothing without a token. This registry takes any.
  const env = { [`npm_config_${registry.replace('http:', '')}:_authToken`]: 'any' }
  for (const tarball of packed.values()) {
    await npm(['publish', tarball, '--registry', registry, '--no-provenance', '--ignore-scripts'], { env })
  }
  return packed
}
