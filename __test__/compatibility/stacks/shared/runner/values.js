'use strict'

// What tests assert on the results of a store: values and errors of the runner's own realm.

/**
 * @param {Function} connectMongo as the runner loaded it
 */
module.exports = function describeValues(connectMongo) {
  const { describe, it, expect, beforeAll, afterAll } = globalThis
  const { MONGO_URL } = process.env

  const settings = [
    ['as text', { stringify: true }],
    ['as documents', { stringify: false }],
    ['encrypted', { crypto: { secret: 'Correct-Horse-Battery-Staple-42' } }],
  ]
  describe.each(settings)('Sessions stored %s', (title, options) => {
    let store
    const ann = { cookie: { originalMaxAge: null }, user: { name: 'ann', roles: ['admin', 'author'] } }

    beforeAll(async () => {
      store = connectMongo.create({ mongoUrl: MONGO_URL, collectionName: `values ${title}`, ...options })
      await store.set('ann', ann)
    })
    afterAll(() => store.close())

    it('equal those that were given', async () => {
      const found = await store.get('ann')
      expect(found).toEqual(ann)
      expect(found).toBeInstanceOf(Object)
      expect(found.user.roles).toBeInstanceOf(Array)
      expect(await store.get('nobody')).toBeNull()
    })

    it('are listed as an array', async () => {
      const all = await store.all()
      expect(Array.isArray(all)).toBe(true)
      expect(all).toBeInstanceOf(Array)
      expect(all).toEqual([ann])
      expect(await store.length()).toBe(1)
    })

    it('are given to callbacks, too', async () => {
      const all = await new Promise((resolve, reject) => {
        store.all((error, sessions) => (error ? reject(error) : resolve(sessions)))
      })
      expect(all).toBeInstanceOf(Array)
      expect(all).toEqual([ann])
    })
  })

  describe('Errors', () => {
    it('of a mistake are TypeErrors', async () => {
      const store = connectMongo.create({ mongoUrl: MONGO_URL })
      await expect(store.get(5)).rejects.toBeInstanceOf(TypeError)
      await store.close()
    })

    it('of the options are thrown', () => {
      expect(() => connectMongo.create({ mongoUrl: MONGO_URL, ttl: 'soon' })).toThrow(TypeError)
    })

    it('of the connection are Errors', async () => {
      const store = connectMongo.create({
        mongoUrl: 'mongodb://127.0.0.1:1/nowhere',
        mongoOptions: { serverSelectionTimeoutMS: 100 },
      })
      store.on('error', () => {})
      await expect(store.get('ann')).rejects.toBeInstanceOf(Error)
      await store.close()
    })
  })
}
