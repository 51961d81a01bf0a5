// Uses the server of an image as its users and Docker do: it is probed, keeps a session, and is stopped.

import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../lib/program.mjs'
import { freePort } from '../mongod/server.mjs'

/** @import { Engine } from './engine.mjs' */

const HEALTHY_WITHIN = 60_000 // ms
/** As `docker stop` has it: after these seconds, it kills. */
const GRACE = '10'

/** Runs in the container: what the server's process is, and which addons it has loaded. */
const LOOK = `
  const { existsSync, readFileSync } = require('node:fs')
  const addons = new Set(readFileSync('/proc/1/maps', 'utf8').match(/connect-mongo-native\\.[\\w-]+\\.node/g))
  const user = /^Uid:\\s+(\\d+)/m.exec(readFileSync('/proc/1/status', 'utf8'))[1]
  console.log(JSON.stringify({ addons: [...addons], user, copied: existsSync('node_modules/of-this-machine') }))
`

/**
 * Fails unless the image works.
 * @param {Engine} engine
 * @param {string} image
 * @param {string} mongoUrl
 * @returns {Promise<string[]>} the addons that the server has loaded
 */
export async function tryImage(engine, image, mongoUrl) {
  const container = image.replace(':', '-')
  const port = await freePort()
  await engine.answers(['rm', '--force', container])
  await engine.run(
    ...['run', '--detach', '--name', container, '--network', 'host', '--read-only', '--memory', '256m'],
    ...['--env', `MONGO_URL=${mongoUrl}`, '--env', `PORT=${port}`, image],
  )
  try {
    const probe = await healthcheck(engine, container)
    await visit(`http://127.0.0.1:${port}/`)
    const [node = ''] = probe
    const { addons, user, copied } = JSON.parse(await engine.run('exec', container, node, '-e', LOOK))
    if (user === '0') throw new Failure(`containers: the server of ${image} runs as root.`)
    if (copied) throw new Failure(`containers: ${image} contains a node_modules of this machine.`)
    await engine.run('stop', '-t', GRACE, container)
    const { ExitCode: code } = (await engine.inspect(container)).State
    if (code !== 0) throw new Failure(`containers: the server of ${image} ended with code ${code} when it was stopped.`)
    return addons
  } catch (error) {
    console.error(await engine.run('logs', container))
    throw error
  } finally {
    await engine.run('rm', '--force', container)
  }
}

/**
 * Waits until the command of HEALTHCHECK succeeds. Resolves with it.
 * @param {Engine} engine
 * @param {string} container
 * @returns {Promise<string[]>}
 */
export async function healthcheck(engine, container) {
  const [kind, ...command] = (await engine.inspect(container)).Config.Healthcheck.Test
  if (kind !== 'CMD') throw new Failure(`containers: the HEALTHCHECK of ${container} needs a shell.`)
  for (const deadline = Date.now() + HEALTHY_WITHIN; ; await sleep(100)) {
    if (await engine.answers(['exec', container, ...command])) return command
    if (Date.now() > deadline) throw new Failure(`containers: ${container} is not healthy.`)
  }
}

/**
 * Comes twice with one cookie.
 * @param {string} url
 */
export async function visit(url) {
  const first = await fetch(url)
  const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? ''
  const second = await fetch(url, { headers: { cookie } })
  const pages = [await first.text(), await second.text()].map((text) => text.trim())
  const expected = [1, 2].map((visits) => `Visits in this session: ${visits}`)
  if (pages.join() !== expected.join()) throw new Failure(`containers: the server answered ${pages.join(', ')}`)
}
