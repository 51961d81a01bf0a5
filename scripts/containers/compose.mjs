// Runs the compose file of the example: the server and its MongoDB find each other by name, and both end when they are stopped.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../lib/program.mjs'
import { freePort } from '../mongod/server.mjs'
import { healthcheck, visit } from './trial.mjs'

/** @import { Engine } from './engine.mjs' */

const PROJECT = 'connect-mongo-native-example'

/**
 * Fails unless the services work.
 * @param {Engine} engine
 * @param {string} context the folder of the compose file
 * @param {string} image the image of the server, which is built already: the builds of compose files reach no local registry
 */
export async function tryCompose(engine, context, image) {
  const changes = join(context, 'built.yaml')
  writeFileSync(changes, `services:\n  app:\n    image: ${image}\n`)
  const port = await freePort()
  const compose = (/** @type {string[]} */ ...args) =>
    engine.compose(['-p', PROJECT, '-f', join(context, 'compose.yaml'), '-f', changes, ...args], {
      PORT: `${port}`,
      SESSION_SECRET: 'of a test',
    })
  try {
    await compose('up', '--detach', '--no-build')
    const labels = Object.entries({ project: PROJECT, service: 'app' })
    const filters = labels.flatMap(([label, value]) => ['--filter', `label=com.docker.compose.${label}=${value}`])
    const container = await engine.run('ps', '--all', '--quiet', ...filters)
    await healthcheck(engine, container)
    await visit(`http://127.0.0.1:${port}/`)
    await compose('stop')
    const { ExitCode: code } = (await engine.inspect(container)).State
    if (code !== 0) throw new Failure(`containers: the server of compose.yaml ended with code ${code}.`)
  } finally {
    await compose('down', '--volumes')
    await engine.answers(['network', 'rm', `${PROJECT}_default`]) // podman-compose leaves it
  }
}
