'use strict'

// The package as npm delivers it: its contents, and that it works in an otherwise empty folder without any compiler.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { describe, it } = require('node:test')
const { runProgram, ROOT } = require('../helpers/child.js')
const { npm, pack } = require('../helpers/npm.js')
const { manifest, platformName, platformPackage, temporaryFolder } = require('../helpers/package-folder.js')
const { useServer } = require('../helpers/server.js')

const server = useServer()
/** Packages that applications install with it, in the versions of this clone. */
const BESIDE = ['express', 'express-session', 'mongodb']

/** A PATH that contains only Node, and no compiler. */
function bareEnvironment(folder) {
  const bin = path.join(folder, 'bin')
  fs.mkdirSync(bin)
  fs.symlinkSync(process.execPath, path.join(bin, path.basename(process.execPath)))
  return { PATH: process.platform === 'win32' ? path.dirname(process.execPath) : bin }
}

const versionOf = (name) =>
  JSON.parse(fs.readFileSync(path.join(ROOT, 'node_modules', name, 'package.json'), 'utf8')).version

/** An application in its own folder, with the package installed under `alias`. */
async function install(t, alias) {
  const folder = temporaryFolder(t)
  const { tarball } = await pack(folder)
  const platform = platformPackage(folder)
  const app = path.join(folder, 'app')
  fs.mkdirSync(app)
  fs.writeFileSync(
    path.join(app, 'package.json'),
    JSON.stringify({
      name: 'app',
      private: true,
      dependencies: {
        [alias]: `file:${tarball}`,
        [platformName()]: `file:${platform}`,
        ...Object.fromEntries(BESIDE.map((name) => [name, versionOf(name)])),
      },
    }),
  )
  const env = bareEnvironment(folder)
  await npm(['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: app, env })
  return { app, env }
}

/** A small Express 5 application that logs a user in and out. Prints the results. */
async function application({ alias, url }) {
  const express = require('express')
  const session = require('express-session')
  const MongoStore = require(alias)

  const app = express()
  const store = MongoStore.create({ mongoUrl: url })
  app.use(session({ secret: 'a secret', resave: false, saveUninitialized: false, store }))
  app.get('/login', (req, res) => {
    req.session.user = 'Ada'
    res.send('welcome')
  })
  app.get('/', (req, res) => res.send(req.session.user ?? 'nobody'))
  app.get('/logout', (req, res, next) => req.session.destroy((error) => (error ? next(error) : res.send('bye'))))

  const http = app.listen(0, '127.0.0.1', async () => {
    const origin = `http://127.0.0.1:${http.address().port}`
    let cookie = ''
    for (const page of ['/', '/login', '/', '/logout', '/']) {
      const response = await fetch(origin + page, { headers: { cookie } })
      cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
      console.log(await response.text())
      if (page === '/login') console.log(await (await store.collectionP).countDocuments())
    }
    http.closeAllConnections()
    http.close()
    await store.close()
  })
}

describe('The tarball', () => {
  it('holds what is published, and nothing else', async (t) => {
    const { files } = await pack(temporaryFolder(t))
    const library = fs
      .readdirSync(path.join(ROOT, 'lib'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'tsconfig.json')
      .map(({ name, parentPath, path: folder = parentPath }) =>
        path.relative(ROOT, path.join(folder, name)).replaceAll(path.sep, '/'),
      )
    const required = [
      'package.json',
      'index.js',
      'index.mjs',
      'index.d.ts',
      'index.d.mts',
      'es5.js',
      'es5.d.ts',
      'native.js',
      'README.md',
      'LICENSE',
      'THIRD-PARTY-NOTICES',
      'CHANGELOG.md',
      ...library,
    ]
    assert.deepEqual(files.map(({ path: file }) => file).sort(), required.sort())
  })

  it('runs no script when it is installed', () => {
    for (const script of ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish']) {
      assert.equal(manifest.scripts[script], undefined, script)
    }
  })
})

for (const alias of ['connect-mongo-native', 'connect-mongo']) {
  describe(`Installed as ${alias}, without a compiler`, () => {
    it('an application works', async (t) => {
      const { app, env } = await install(t, alias)
      const input = { alias, url: server.url(server.freshDb()) }
      const { code, signal, lines, stderr } = await runProgram(application, input, { cwd: app, env })
      assert.deepEqual({ code, signal, stderr }, { code: 0, signal: null, stderr: '' })
      assert.deepEqual(lines, ['nobody', 'welcome', '1', 'Ada', 'bye', 'nobody'])

      const manual = await runProgram(
        async (given) => {
          const required = require(given.alias)
          const imported = await import(given.alias)
          console.log(
            imported.default === required &&
              imported.MongoStore === required &&
              require(`${given.alias}/es5`) === required,
          )
        },
        input,
        { cwd: app, env },
      )
      assert.deepEqual(manual.lines, ['true'], manual.stderr)
    })
  })
}
