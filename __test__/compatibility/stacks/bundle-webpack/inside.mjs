// An ES module, with the package inside of the bundle.

import path from 'node:path'

export default {
  mode: 'production',
  target: 'node',
  entry: './app.mjs',
  output: { module: true, publicPath: '', path: path.resolve('dist/inside'), filename: 'app.mjs' },
  module: { rules: [{ test: /\.node$/, loader: 'node-loader' }] },
  ignoreWarnings: [{ module: /connect-mongo-native/ }],
}
