'use strict'

// An application's tests over HTTP, for any runner with `describe`, `it` and `expect`.

const addRoutes = require('../express-routes.js')

/**
 * @param {object} packages of the application, as the runner loaded them
 * @param {Function} packages.express
 * @param {Function} packages.session
 * @param {Function} packages.connectMongo
 * @param {(store: object) => unknown} close how the tests close their store
 */
module.exports = function describeHttp({ express, session, connectMongo }, close) {
  const { describe, it, expect, beforeAll, afterAll } = globalThis

  describe('An application', () => {
    let store
    let server
    let cookie

    beforeAll(async () => {
      store = connectMongo.create({ mongoUrl: process.env.MONGO_URL })
      const app = express()
      app.use(session({ secret: 'keyboard cat', resave: false, saveUninitialized: false, store }))
      addRoutes(app)
      await new Promise((resolve) => {
        server = app.listen(0, '127.0.0.1', resolve)
      })
    })

    afterAll(async () => {
      await close(store)
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    })

    const request = async (method, path) => {
      const url = `http://127.0.0.1:${server.address().port}${path}`
      const response = await fetch(url, { method, headers: cookie ? { cookie } : {} })
      cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
      expect(response.status).toBe(200)
      return response.json()
    }

    it('knows nobody who did not log in', async () => {
      expect((await request('GET', '/me')).user).toBeNull()
    })

    it('knows who logged in', async () => {
      const { id } = await request('POST', '/login?user=ann')
      expect(await request('GET', '/me')).toEqual({ id, user: 'ann' })
      expect(await store.get(id)).toMatchObject({ user: 'ann' })
    })

    it('forgets who logged out', async () => {
      const { id } = await request('GET', '/me')
      await request('POST', '/logout')
      expect((await request('GET', '/me')).user).toBeNull()
      expect(await store.get(id)).toBeNull()
    })

    it('has a session in the end', async () => {
      const { id } = await request('POST', '/login?user=bob')
      expect(await store.get(id)).toMatchObject({ user: 'bob' })
    })
  })
}
