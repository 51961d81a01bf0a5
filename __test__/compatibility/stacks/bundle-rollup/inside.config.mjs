// Bundles with the package inside, as CommonJS and as an ES module.

import commonjs from '@rollup/plugin-commonjs'
import json from '@rollup/plugin-json'
import { nodeResolve } from '@rollup/plugin-node-resolve'

export default {
  input: 'app.mjs',
  output: [
    { file: 'dist/inside/app.cjs', format: 'cjs', inlineDynamicImports: true },
    {
      file: 'dist/inside/app.mjs',
      format: 'es',
      inlineDynamicImports: true,
      banner: "import { createRequire as from } from 'node:module'; const require = from(import.meta.url)",
    },
  ],
  plugins: [
    nodeResolve({ preferBuiltins: true }),
    commonjs({ ignore: (id) => id.startsWith('connect-mongo-native-') || id.endsWith('.node') }),
    json(),
  ],
}
