// An ES module, with the package outside of the bundle.

import path from 'node:path'

export default {
  mode: 'production',
  target: 'node',
  entry: './app.mjs',
  output: { module: true, path: path.resolve('dist/outside'), filename: 'app.mjs' },
  externals: { 'connect-mongo-native': 'module connect-mongo-native' },
}
