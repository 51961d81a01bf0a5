'use strict'

// CommonJS, with the package inside of the bundle.

const path = require('node:path')

module.exports = {
  mode: 'production',
  target: 'node',
  entry: './app.js',
  output: { path: path.resolve('dist/inside'), filename: 'app.js' },
  module: { rules: [{ test: /\.node$/, loader: 'node-loader' }] },
  ignoreWarnings: [{ module: /connect-mongo-native/ }],
}
