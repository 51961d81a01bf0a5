'use strict'

// Tests that replace the clock: each method answers, and sessions live by the clock of the tests.

const MINUTE = 60_000 // ms

/**
 * @param {Function} connectMongo as the runner loaded it
 * @param {object} clock the runner's fake timers: `jest` or `vi`
 */
module.exports = function describeClock(connectMongo, clock) {
  const { describe, it, expect, beforeAll, beforeEach, afterEach, afterAll } = globalThis
  const begins = ['2001-01-01T00:00:00Z', '2090-01-01T00:00:00Z']

  describe.each(begins)('At %s', (begin) => {
    const now = Date.parse(begin)
    let store

    // MongoDB's own clock is real: it would remove what has expired by that.
    beforeAll(() => {
      const { MONGO_URL: mongoUrl } = process.env
      store = connectMongo.create({ mongoUrl, collectionName: `clock ${begin}`, autoRemove: 'disabled' })
    })
    beforeEach(() => clock.useFakeTimers({ now }))
    afterEach(() => clock.useRealTimers())
    afterAll(() => store.close())

    const session = () => ({ cookie: { expires: new Date(Date.now() + MINUTE), originalMaxAge: MINUTE } })
    const called = (method, ...args) =>
      new Promise((resolve, reject) => {
        store[method](...args, (error, value) => (error ? reject(error) : resolve(value)))
      })

    it('every method answers', async () => {
      await called('set', 'ann', session())
      expect(await called('get', 'ann')).toBeTruthy()
      await called('touch', 'ann', session())
      expect(await called('length')).toBe(1)
      expect(await called('all')).toHaveLength(1)
      await called('destroy', 'ann')
      await called('clear')
      expect(await store.get('ann')).toBeNull()
    })

    it('a session lives until its time is over', async () => {
      await store.set('ann', session())
      clock.setSystemTime(now + MINUTE - 1000)
      expect(await store.get('ann')).toBeTruthy()
      clock.setSystemTime(now + MINUTE + 1000)
      expect(await store.get('ann')).toBeNull()
    })

    it('a touch makes it live longer', async () => {
      await store.set('ann', session())
      clock.setSystemTime(now + MINUTE / 2)
      await store.touch('ann', session())
      clock.setSystemTime(now + MINUTE + 1000)
      expect(await store.get('ann')).toBeTruthy()
    })
  })
}
