'use strict'

// CommonJS, with the package outside of the bundle.

const path = require('node:path')

module.exports = {
  mode: 'production',
  target: 'node',
  entry: './app.js',
  output: { path: path.resolve('dist/outside'), filename: 'app.js' },
  externals: { 'connect-mongo-native': 'commonjs connect-mongo-native' },
}
