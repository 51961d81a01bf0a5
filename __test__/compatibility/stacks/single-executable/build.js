'use strict'

// Makes an executable of Node and the application, in two ways: with the store in it, which can't load an addon there, and
// with the package beside it.

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const esbuild = require('esbuild')

/** The mark in Node's executable where the application goes, as Node's documentation gives it. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'
const shared = { entryPoints: ['shared/bundled.js'], bundle: true, platform: 'node', logLevel: 'error' }
const WAYS = {
  inside: { external: ['*.node', 'connect-mongo-native-*'] },
  // In an executable, `require` gives Node's own modules only.
  outside: {
    external: ['connect-mongo-native'],
    banner: { js: "require = require('node:module').createRequire(process.execPath)" },
  },
}

for (const [way, options] of Object.entries(WAYS)) {
  const folder = path.join('dist', way)
  const [main, output, settings, program] = ['app.js', 'app.blob', 'sea.json', 'app'].map((name) =>
    path.join(folder, name),
  )
  esbuild.buildSync({ ...shared, ...options, outfile: main })
  fs.writeFileSync(settings, JSON.stringify({ main, output, disableExperimentalSEAWarning: true }))
  execFileSync(process.execPath, ['--experimental-sea-config', settings])
  fs.copyFileSync(process.execPath, program)
  const postject = path.join('node_modules', 'postject', 'dist', 'cli.js')
  execFileSync(process.execPath, [postject, program, 'NODE_SEA_BLOB', output, '--sentinel-fuse', FUSE])
}
