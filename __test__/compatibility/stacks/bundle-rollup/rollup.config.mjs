// Bundles the application, and leaves the store outside: Rollup has no way to include an addon.

import commonjs from '@rollup/plugin-commonjs'
import json from '@rollup/plugin-json'
import { nodeResolve } from '@rollup/plugin-node-resolve'

const bundle = (format, file) => ({
  input: 'shared/bundled.js',
  output: { file, format },
  external: ['connect-mongo-native'],
  plugins: [nodeResolve({ preferBuiltins: true }), commonjs(), json()],
})

export default [bundle('cjs', 'dist/app.cjs'), bundle('es', 'dist/app.mjs')]
