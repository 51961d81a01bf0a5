'use strict'

// Bundles the application in two ways: with the store in the bundle and the addon copied beside it, and with the package
// left outside.

const esbuild = require('esbuild')

const shared = { entryPoints: ['shared/bundled.js'], bundle: true, platform: 'node', logLevel: 'warning' }

esbuild.buildSync({ ...shared, outfile: 'dist/inside/app.js', loader: { '.node': 'copy' } })
esbuild.buildSync({ ...shared, outfile: 'dist/outside/app.js', external: ['connect-mongo-native'] })
