// An npm registry on this machine, to publish to without consequences. It keeps the packages of this project, and passes on
// the questions for all others.

import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { npm } from '../lib/npm.mjs'
import { root } from '../lib/process.mjs'

/** What to install: verdaccio and all that it needs, in the versions of a lock file. */
const SOURCE = join(root, 'scripts', 'release', 'registry')
const INSTALLED = join(root, '.cache', 'registry')

/**
 * Starts a registry that is empty.
 * @param {object} options
 * @param {string} options.own the names of the packages that it keeps, as a pattern
 * @param {string} options.folder for its files
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export async function startRegistry({ own, folder }) {
  await installVerdaccio()
  const { runServer } = createRequire(join(INSTALLED, 'package.json'))('verdaccio')
  const server = await runServer({
    self_path: folder,
    storage: join(folder, 'storage'),
    auth: { htpasswd: { file: join(folder, 'htpasswd') } },
    uplinks: { usual: { url: (await npm(['config', 'get', 'registry'])).trim() } },
    packages: {
      [own]: { access: '$all', publish: '$all' },
      '**': { access: '$all', proxy: 'usual' },
    },
    log: { type: 'stdout', format: 'pretty', level: 'warn' },
    max_body_size: '200mb',
    web: { enable: false },
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Installs verdaccio, unless it is there in the versions of the lock file. Several processes may do so at once. */
async function installVerdaccio() {
  const [wanted, present] = [SOURCE, INSTALLED].map((folder) => join(folder, 'package-lock.json'))
  const isPresent = () => existsSync(present) && readFileSync(present, 'utf8') === readFileSync(wanted, 'utf8')
  if (isPresent()) return
  console.log('registry: installing verdaccio')
  mkdirSync(dirname(INSTALLED), { recursive: true })
  const temporary = mkdtempSync(join(dirname(INSTALLED), '.registry-'))
  try {
    for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(SOURCE, name), join(temporary, name))
    await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: temporary })
    if (isPresent()) return // another process was first
    rmSync(INSTALLED, { recursive: true, force: true, maxRetries: 10 })
    renameSync(temporary, INSTALLED)
  } catch (error) {
    if (!isPresent()) throw error
  } finally {
    rmSync(temporary, { recursive: true, force: true, maxRetries: 10 })
  }
}
