'use strict'

// The examples that need nothing but a MongoDB, in each place where they run.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { describe, test } = require('node:test')
const { hasAddon, needsAddon } = require('../helpers/addon.js')
const { PLACES, runExample, startExample } = require('../helpers/examples.js')
const { manifest } = require('../helpers/package-folder.js')
const { useServer } = require('../helpers/server.js')

const server = useServer()

/** The examples that serve HTTP, and the collections of their sessions. */
const SERVERS = {
  'esm.mjs': 'esm_sessions',
  'health.mjs': 'health_sessions',
  'legacy-factory.js': 'legacy_sessions',
  'mongoose.mjs': 'mongoose_sessions',
  'prometheus.mjs': 'prometheus_sessions',
}

for (const [place, makeFolder] of Object.entries(PLACES)) {
  describe(`An example runs ${place}`, () => {
    for (const [file, collection] of Object.entries(SERVERS)) {
      test(`${file} counts the visits of a browser in its session`, async (t) => {
        const database = server.freshDb()
        const { browser, stderr } = await startExample(t, file, {
          folder: makeFolder(t, file),
          url: server.url(database),
        })
        for (const visits of [1, 2]) {
          const { status, body } = await browser.get('/')
          assert.equal(status, 200, stderr())
          assert.match(body, new RegExp(`Visits in this session: ${visits}\\b`))
        }
        assert.equal(await server.db(database).collection(collection).countDocuments(), 1)
        assert.equal(/MONGO_STORE_ADDON/.test(stderr()), hasAddon && place.includes('without'), stderr())
      })
    }

    test('express-5/app.js logs a visitor in', async (t) => {
      const file = 'express-5/app.js'
      const { browser } = await startExample(t, file, {
        folder: makeFolder(t, file),
        url: server.url(server.freshDb()),
      })
      assert.equal((await browser.post('/login', { name: 'Ada' })).status, 303)
      for (const visits of [1, 2]) {
        assert.match((await browser.get('/')).body, new RegExp(`<dd class="number">${visits}</dd>`))
      }
    })

    test('promises.js stores, reads and removes a session', async (t) => {
      const database = server.freshDb()
      const output = await runExample('promises.js', {
        folder: makeFolder(t, 'promises.js'),
        url: server.url(database),
      })
      const events = [...output.matchAll(/event: (\w+)/g)].map(([, event]) => event)
      assert.deepEqual(events, ['create', 'set', 'update', 'set', 'get', 'touch', 'destroy', 'get'])
      assert.match(output, /Ada came 2 times/)
      assert.match(output, /found: false/)
      assert.equal(await server.db(database).collection('promise_sessions').countDocuments(), 0)
    })

    test('encryption.mjs changes the key of a session', async (t) => {
      const output = await runExample('encryption.mjs', {
        folder: makeFolder(t, 'encryption.mjs'),
        url: server.url(server.freshDb()),
      })
      const lines = output.split('\n').filter((line) => /^(stored|read)/.test(line))
      assert.deepEqual(lines, [
        'stored with the key 2026-01',
        'read by all: Ada',
        'stored with the key 2026-06',
        'read without the old key: Ada',
      ])
    })
  })
}

test('mongoose.mjs closes its store and its connection on SIGTERM, and ends', async (t) => {
  const { stop } = await startExample(t, 'mongoose.mjs', { url: server.url(server.freshDb()) })
  assert.deepEqual(await stop(), { code: 0, signal: null })
})

test('esm.mjs needs no mongodb package', needsAddon('without the addon, the package does the work'), async (t) => {
  const folder = PLACES['in a fresh folder'](t, 'esm.mjs')
  fs.rmSync(path.join(folder, 'node_modules', manifest.name, 'node_modules', 'mongodb'))
  const { browser } = await startExample(t, 'esm.mjs', { folder, url: server.url(server.freshDb()) })
  assert.equal((await browser.get('/')).status, 200)
})
