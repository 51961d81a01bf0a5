'use strict'

// Two requests of one browser read the same session, and both change it. By default, the one that ends last overwrites what
// the other has changed. The option `onConflict` prevents that.

const assert = require('node:assert/strict')
const { describe, it } = require('node:test')
const { SETUPS, useApps } = require('../helpers/app.js')
const { withSlowRoute } = require('../helpers/slow-request.js')

const start = useApps()

/** Two requests at once: the slow one reads first and ends last. Resolves with its answer and the stored session. */
async function race(t, options) {
  const { app, browser, slowRequest } = await withSlowRoute(start, t, {
    ...options,
    change: (session) => Object.assign(session, { slow: true, both: 'slow' }),
    routes(express) {
      express.post('/fast', (req, res) => {
        Object.assign(req.session, { fast: true, both: 'fast' })
        res.json({})
      })
      express.get('/session', (req, res) => {
        res.json({ ...req.session, cookie: undefined })
      })
    },
  })
  const slow = await slowRequest()
  await browser.post('/fast')
  const answer = await slow.end()
  return { app, browser, answer, session: (await browser.get('/session')).body }
}

for (const setup of SETUPS) {
  describe(setup.name, () => {
    for (const save of [false, true]) {
      const by = save ? 'req.session.save()' : 'the end of a request'

      it(`the last save wins, by ${by}`, async (t) => {
        const { session } = await race(t, { setup, save })
        assert.deepEqual(session, { user: 'Ada', slow: true, both: 'slow' })
      })

      it(`the changes are merged, by ${by}`, async (t) => {
        const { app, answer, session } = await race(t, { setup, save, store: { onConflict: 'merge' } })
        assert.equal(answer.status, 200)
        assert.deepEqual(session, { user: 'Ada', fast: true, slow: true, both: 'slow' })
        assert.deepEqual(app.errors, [])
        assert.equal(app.store.stats().conflicts, 1)
      })

      it(`a conflict is an error of the request, by ${by}`, async (t) => {
        const { app, session } = await race(t, { setup, save, store: { onConflict: 'error' } })
        assert.deepEqual(session, { user: 'Ada', fast: true, both: 'fast' })
        // After req.session.save(), express-session saves a second time at the end of the request.
        assert.deepEqual([...new Set(app.errors.map(({ code }) => code))], ['ERR_SESSION_CONFLICT'])
      })

      it(`the application decides, by ${by}`, async (t) => {
        const onConflict = ({ mine, theirs }) => ({ ...theirs, both: `${theirs.both} and ${mine.both}` })
        const { session } = await race(t, { setup, save, store: { onConflict } })
        assert.deepEqual(session, { user: 'Ada', fast: true, both: 'fast and slow' })
      })
    }

    it('a request that saves more than once compares with what it has saved', async (t) => {
      const { app, browser, slowRequest } = await withSlowRoute(start, t, {
        setup,
        save: true,
        store: { onConflict: 'error' },
        change: (session) => Object.assign(session, { slow: (session.slow ?? 0) + 1 }),
        session: { resave: true, rolling: true },
      })
      for (let count = 0; count < 3; count += 1) assert.equal((await (await slowRequest()).end()).status, 200)
      assert.equal((await browser.post('/count')).status, 200)
      assert.deepEqual(app.errors, [])
      assert.equal(app.store.stats().conflicts, 0)
    })

    it('a logout wins over a save', async (t) => {
      const { app, browser, slowRequest } = await withSlowRoute(start, t, {
        setup,
        store: { onConflict: 'merge' },
        change: (session) => Object.assign(session, { slow: true }),
      })
      const slow = await slowRequest()
      await browser.post('/logout')
      assert.equal((await slow.end()).status, 200)
      assert.equal(await app.collection.countDocuments(), 0)
      assert.deepEqual(app.errors, [])
    })
  })
}
