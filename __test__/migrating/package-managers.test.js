'use strict'

// What the page writes into package.json, with each package manager: the line itself, and what replaces the connect-mongo
// that another package depends on.

const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { describe, it } = require('node:test')
const { promisify } = require('node:util')
const { npm } = require('../helpers/npm.js')
const { manifest, temporaryFolder } = require('../helpers/package-folder.js')
const { useServer } = require('../helpers/server.js')
const { APPLICATIONS, installApplication, runToEnd } = require('./helpers/applications.js')
const { block } = require('./helpers/page.js')
const { useRegistry } = require('../helpers/registry.js')

const CHAPTER = 'connect-mongo'
const LINE = JSON.parse(block(CHAPTER, 'json', '"dependencies"'))
const server = useServer()
const registry = useRegistry()

/** Runs the program of a package manager that is installed in `managers`. */
const run = (managers, file, args, cwd, env) =>
  promisify(execFile)(process.execPath, [path.join(managers, 'node_modules', file), ...args], {
    cwd,
    env: { ...process.env, ...env },
  })

/** Each package manager: how it installs what is in `cwd`, and what the page has for it. */
const MANAGERS = {
  npm: {
    text: block(CHAPTER, 'json', '"overrides"'),
    install: (_managers, cwd) => npm(['install', '--registry', registry.url, '--no-audit', '--no-fund'], { cwd }),
  },
  'Yarn 1': {
    text: block(CHAPTER, 'json', '"resolutions"'),
    install: (managers, cwd) =>
      run(managers, 'yarn/bin/yarn.js', ['install', '--no-progress', '--cache-folder', path.join(cwd, 'cache')], cwd, {
        npm_config_registry: registry.url,
      }),
  },
  'Yarn 4': {
    text: block(CHAPTER, 'json', '"resolutions"'),
    install: (managers, cwd) =>
      run(managers, '@yarnpkg/cli-dist/bin/yarn.js', ['install'], cwd, {
        YARN_GLOBAL_FOLDER: path.join(cwd, 'yarn'),
        YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
        YARN_NODE_LINKER: 'node-modules',
        YARN_NPM_MINIMAL_AGE_GATE: '0',
        YARN_NPM_REGISTRY_SERVER: registry.url,
        YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
      }),
  },
  pnpm: {
    file: 'pnpm-workspace.yaml',
    text: fs.readFileSync(path.join(APPLICATIONS, 'package-managers', 'pnpm-workspace.yaml'), 'utf8'),
    install: (managers, cwd) =>
      run(
        managers,
        'pnpm/bin/pnpm.cjs',
        ['install', '--registry', registry.url, '--store-dir', path.join(cwd, 'store')],
        cwd,
      ),
  },
}

/** Stores a session and reads it, without the `mongodb` package in the place of the addon. */
const USE = `
const MongoStore = require('connect-mongo')
process.on('warning', (warning) => { throw warning })
const store = MongoStore.create({ mongoUrl: process.env.MONGO_URL })
store.set('a', { cookie: {}, n: 1 }).then(() => store.get('a')).then(({ n }) => console.log('read', n)).finally(() => store.close())
`
/** Prints the name of the package that the other package finds as connect-mongo. */
const FIND = `
const { createRequire } = require('node:module')
console.log(createRequire(require.resolve('legacy/package.json'))('connect-mongo/package.json').name)
`

for (const [name, { install, text, file = 'package.json' }] of Object.entries(MANAGERS)) {
  describe(`With ${name}`, () => {
    /** Installs a project of these files, and resolves with its folder. */
    async function project(t, files) {
      const folder = temporaryFolder(t)
      for (const [place, content] of Object.entries(files)) {
        fs.mkdirSync(path.dirname(path.join(folder, place)), { recursive: true })
        fs.writeFileSync(path.join(folder, place), typeof content === 'string' ? content : JSON.stringify(content))
      }
      await install(await installApplication('package-managers'), folder)
      return folder
    }

    it('the line of package.json puts this package where connect-mongo was', async (t) => {
      const folder = await project(t, { 'package.json': { name: 'app', private: true, ...LINE } })
      const url = server.url(server.freshDb())
      assert.match(await runToEnd({ folder, file: 'use.cjs', source: USE, url }), /^read 1$/m)
    })

    it('a package that depends on connect-mongo gets this one', async (t) => {
      const own = { name: 'app', private: true, dependencies: { legacy: 'file:./legacy' } }
      const folder = await project(t, {
        'legacy/package.json': { name: 'legacy', version: '1.0.0', dependencies: { 'connect-mongo': '^5.1.0' } },
        'package.json': file === 'package.json' ? { ...own, ...JSON.parse(text) } : own,
        ...(file !== 'package.json' && { [file]: text }),
      })
      assert.match(await runToEnd({ folder, file: 'find.cjs', source: FIND }), new RegExp(`^${manifest.name}$`, 'm'))
    })
  })
}
