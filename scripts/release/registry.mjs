// An npm registry on this machine, to publish to without consequences. It keeps the packages of this project, and passes on
// the questions for all others.

import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
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

/** Installs verdaccio, unless it is there in the versions of the lock file. */
async function installVerdaccio() {
  const [wanted, present] = [SOURCE, INSTALLED].map((folder) => join(folder, 'package-lock.json'))
  const stamp = join(INSTALLED, '.installed')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === readFileSync(wanted, 'utf8')) return
  console.log('registry: installing verdaccio')
  mkdirSync(INSTALLED, { recursive: true })
  copyFileSync(join(SOURCE, 'package.json'), join(INSTALLED, 'package.json'))
  copyFileSync(wanted, present)
  await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: INSTALLED })
  copyFileSync(wanted, stamp)
}
