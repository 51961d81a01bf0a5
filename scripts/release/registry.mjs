// An npm registry on this machine, to publish to without consequences. It keeps the packages of this project, and passes on
// the questions for all others.

import { once } from 'node:events'
import { join } from 'node:path'
import { installLocked, requireFrom } from '../lib/locked.mjs'
import { npm } from '../lib/npm.mjs'
import { root } from '../lib/process.mjs'

/** verdaccio and all that it needs, in the versions of a lock file. */
const VERDACCIO = join(root, 'scripts', 'release', 'registry')

/**
 * Starts a registry that is empty.
 * @param {object} options
 * @param {string} options.own the names of the packages that it keeps, as a pattern
 * @param {string} options.folder for its files
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export async function startRegistry({ own, folder }) {
  const { runServer } = requireFrom(await installLocked(VERDACCIO))('verdaccio')
  const server = await runServer({
    self_path: folder,
    storage: join(folder, 'storage'),
    auth: { htpasswd: { file: join(folder, 'htpasswd') } },
    uplinks: {
      // By default, two requests that fail end all others for five minutes.
      usual: { url: (await npm(['config', 'get', 'registry'])).trim(), max_fails: 100, fail_timeout: '1s' },
    },
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
