// Bundles with the package outside, as CommonJS and as an ES module.

import commonjs from '@rollup/plugin-commonjs'
import json from '@rollup/plugin-json'
import { nodeResolve } from '@rollup/plugin-node-resolve'

export default {
  input: 'app.mjs',
  output: [
    { file: 'dist/outside/app.cjs', format: 'cjs' },
    { file: 'dist/outside/app.mjs', format: 'es' },
  ],
  external: ['connect-mongo-native'],
  plugins: [nodeResolve({ preferBuiltins: true }), commonjs(), json()],
}
