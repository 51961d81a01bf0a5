// Makes an executable of Node and the application in two ways: with the package in it, whose addon is copied beside it, and
// with the package in a `node_modules` beside it. In an executable, `require` gives Node's own modules only. With the banner,
// it starts from the executable.

import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

await build({
  entryPoints: ['app.js'],
  bundle: true,
  platform: 'node',
  loader: { '.node': 'copy' },
  banner: { js: "require = require('node:module').createRequire(process.execPath)" },
  outdir: 'dist/inside',
})

await build({
  entryPoints: ['app.js'],
  bundle: true,
  platform: 'node',
  external: ['connect-mongo-native'],
  banner: { js: "require = require('node:module').createRequire(process.execPath)" },
  outdir: 'dist/outside',
})

/** The mark in Node's executable where the application goes, as Node's documentation gives it. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'

for (const way of ['inside', 'outside']) {
  const folder = path.join('dist', way)
  const [main, output, settings, program] = ['app.js', 'app.blob', 'sea.json', 'app'].map((name) =>
    path.join(folder, name),
  )
  fs.writeFileSync(settings, JSON.stringify({ main, output, disableExperimentalSEAWarning: true }))
  execFileSync(process.execPath, ['--experimental-sea-config', settings])
  fs.copyFileSync(process.execPath, program)
  const postject = path.join('node_modules', 'postject', 'dist', 'cli.js')
  execFileSync(process.execPath, [postject, program, 'NODE_SEA_BLOB', output, '--sentinel-fuse', FUSE])
}
