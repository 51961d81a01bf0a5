'use strict'

// Bundles the application in two ways: with the store in the bundle and the addon copied beside it, and with the package
// left outside.

const path = require('node:path')
const { promisify } = require('node:util')
const webpack = require('webpack')

const shared = { target: 'node', mode: 'production', entry: './shared/bundled.js' }
const output = (folder) => ({ path: path.join(__dirname, 'dist', folder), filename: 'app.js' })

promisify(webpack)([
  { ...shared, output: output('inside'), module: { rules: [{ test: /\.node$/, loader: 'node-loader' }] } },
  { ...shared, output: output('outside'), externals: { 'connect-mongo-native': 'commonjs connect-mongo-native' } },
]).then((stats) => {
  console.log(stats.toString({ errorDetails: true }))
  if (stats.hasErrors()) process.exitCode = 1
})
