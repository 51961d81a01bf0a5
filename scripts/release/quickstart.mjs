// The application of the README's first lines as a program that a test can use: with a database and a port of its own, and
// with pages to log in and out.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../lib/process.mjs'
import { Failure } from '../lib/program.mjs'

/** What the README has, and what stands there instead. */
const REPLACED = {
  "'mongodb://127.0.0.1:27017/app'": 'process.env.MONGO_URL',
  "app.listen(3000, () => console.log('listening on http://localhost:3000'))": `
app.post('/login', (req, res, next) => {
  req.session.regenerate((error) => {
    if (error) return next(error)
    req.session.user = 'Ada'
    res.send('welcome')
  })
})
app.get('/user', (req, res) => res.send(req.session.user ?? 'nobody'))
app.post('/logout', (req, res, next) => req.session.destroy((error) => (error ? next(error) : res.send('bye'))))

const warnings = []
process.on('warning', ({ name, message }) => name === 'MongoStoreWarning' && warnings.push(message))
app.get('/state', (req, res) => {
  const addons = Object.keys(require.cache).filter((file) => file.endsWith('.node'))
  res.json({ addons, warnings })
})
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port))
`,
}

/** The source of the program. It prints its port, and tells at `/state` which addons it has loaded and what the store warned of. */
export function quickstart() {
  const example = /^```js\n(.+?)^```$/ms.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1] ?? ''
  return Object.entries(REPLACED).reduce((source, [from, to]) => {
    if (!source.includes(from)) throw new Failure(`smoke: the first example of README.md has no ${from} any more.`)
    return source.replace(from, () => to)
  }, example)
}
