// Serves the application: as it was built, or from its sources by the middleware of Vite's development server.

import { createServer } from 'node:http'
import addRoutes from './shared/express-routes.js'
import { serve } from './shared/serve.js'

const { VARIANT } = process.env
const vite = VARIANT === 'development' ? await startVite() : undefined
const { app, store } = await (vite ? vite.ssrLoadModule('/src/app.js') : import(`./dist/${VARIANT}/app.js`))

addRoutes(app)

async function startVite() {
  const { createServer: createViteServer } = await import('vite')
  return createViteServer({ server: { middlewareMode: true }, appType: 'custom' })
}

const server = createServer((req, res) => {
  if (vite) vite.middlewares(req, res, () => app(req, res))
  else app(req, res)
})
serve(server, { store, close: async () => vite?.close() })
