'use strict'

// Applications with the genuine connect-mongo of each generation: the page's line goes into their package.json, and nobody
// is logged out, there and back, nor while processes with the old and the new package run side by side.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { after, describe, it } = require('node:test')
const { Browser } = require('../helpers/browser.js')
const { npm } = require('../helpers/npm.js')
const { manifest, temporaryFolder } = require('../helpers/package-folder.js')
const { useOwnServer, useServer } = require('../helpers/server.js')
const {
  APPLICATIONS,
  answer,
  installApplication,
  logIn,
  place,
  startApplication,
} = require('./helpers/applications.js')
const { application, block } = require('./helpers/page.js')
const { useRegistry } = require('../helpers/registry.js')

const { dependencies: PAGE } = JSON.parse(block('connect-mongo', 'json', '"dependencies"'))

/** What an application of each generation looks like. The drivers of the oldest ones don't know today's servers. */
const GENERATIONS = [
  { release: '0.8', file: 'factory.js', isOld: true },
  { release: '1', file: 'factory.js', isOld: true },
  { release: '2', file: 'factory.js', isOld: true },
  { release: '3', file: 'factory.js' },
  { release: '4', file: 'class.js' },
  { release: '5', file: 'class.js' },
  { release: '6', file: 'module.mjs' },
]

const registry = useRegistry()
const server = useServer()
const oldServer = useOwnServer({ version: '5.0' })

for (const { release, file, isOld } of GENERATIONS) {
  describe(`An application with connect-mongo ${release}`, { concurrency: false }, () => {
    const folder = temporaryFolder({ after })
    const database = `migrating-${process.pid}-${release.replace('.', '-')}`
    let before
    let now
    let url

    it('is changed by one line of its package.json', async () => {
      const { withDatabase } = await import('../../scripts/mongod.mjs')
      url = isOld ? withDatabase(oldServer.current.uri, database) : server.url(database)
      before = await installApplication(`from-connect-mongo-${release}`)
      fs.copyFileSync(path.join(APPLICATIONS, file), path.join(before, file))
      now = path.join(folder, 'now')
      fs.cpSync(before, now, { recursive: true })
      assert.equal(installed(now), 'connect-mongo')
      await changeDependencies(now, (dependencies) => Object.assign(dependencies, PAGE))
      assert.equal(installed(now), manifest.name)
      const { packages } = JSON.parse(fs.readFileSync(path.join(now, 'package-lock.json'), 'utf8'))
      assert.equal(packages['node_modules/connect-mongo'].name, manifest.name)
    })

    it('keeps everybody logged in, there and back', async (t) => {
      const start = (where) => startApplication(t, { folder: where, file, url })
      const old = await start(before)
      const ann = new Browser(old.origin)
      const id = await logIn(ann, 'ann')
      await old.stop()

      const changed = await start(now)
      assert.deepEqual(await answer(ann.clone(changed.origin).get('/me')), { id, user: 'ann' })
      assert.deepEqual(await answer(ann.clone(changed.origin).post('/count')), { id, count: 1 })
      const bob = new Browser(changed.origin)
      const bobsId = await logIn(bob, 'bob')
      await changed.stop()

      const again = await start(before)
      assert.deepEqual(await answer(ann.clone(again.origin).post('/count')), { id, count: 2 })
      assert.deepEqual(await answer(bob.clone(again.origin).get('/me')), { id: bobsId, user: 'bob' })
    })

    it('runs beside processes that have the old package', async (t) => {
      const [old, changed] = await Promise.all(
        [before, now].map((where) => startApplication(t, { folder: where, file, url })),
      )
      const ann = new Browser(old.origin)
      const id = await logIn(ann, 'ann')
      for (const count of [1, 2, 3, 4, 5, 6]) {
        const { origin } = count % 2 === 0 ? old : changed
        assert.deepEqual(await answer(ann.clone(origin).post('/count')), { id, count })
      }
      await answer(ann.clone(changed.origin).post('/logout'))
      assert.equal((await answer(ann.get('/me'))).user, null)
    })

    it('has the old package again when the line is changed back', async () => {
      const { dependencies } = JSON.parse(fs.readFileSync(path.join(before, 'package.json'), 'utf8'))
      await changeDependencies(now, (changed) => Object.assign(changed, dependencies))
      assert.equal(installed(now), 'connect-mongo')
    })
  })
}

describe('The programs of the page in the old style and in the new one', () => {
  it('have the same sessions, there and back', async (t) => {
    const folder = await installApplication('from-connect-mongo-6')
    const url = server.url(server.freshDb())
    const start = (text) =>
      startApplication(t, { folder, file: place(folder, application('connect-mongo', text)), url })
    const old = await start("collection: 'logins'")
    const changed = await start("collectionName: 'logins'")
    const ann = new Browser(old.origin)
    const id = await logIn(ann, 'ann')
    assert.deepEqual(await answer(ann.clone(changed.origin).post('/count')), { id, count: 1 })
    assert.deepEqual(await answer(ann.post('/count')), { id, count: 2 })
  })
})

/** Changes the dependencies of an application, and installs them. */
function changeDependencies(cwd, change) {
  const file = path.join(cwd, 'package.json')
  const content = JSON.parse(fs.readFileSync(file, 'utf8'))
  change(content.dependencies)
  fs.writeFileSync(file, JSON.stringify(content))
  return npm(
    ['install', '--registry', registry.url, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd },
  )
}

/** The name of the package that an application finds as connect-mongo. */
function installed(folder) {
  return JSON.parse(fs.readFileSync(path.join(folder, 'node_modules', 'connect-mongo', 'package.json'), 'utf8')).name
}
