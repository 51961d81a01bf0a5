// Bundles the application with the package inside and outside of the bundle, as CommonJS and as an ES module.

import { build } from 'esbuild'

await build({
  entryPoints: ['app.js'],
  bundle: true,
  platform: 'node',
  loader: { '.node': 'copy' },
  outdir: 'dist/inside',
})

await build({
  entryPoints: ['app.mjs'],
  bundle: true,
  platform: 'node',
  format: 'esm',
  banner: { js: "import { createRequire as from } from 'node:module'; const require = from(import.meta.url)" },
  loader: { '.node': 'copy' },
  outdir: 'dist/inside',
  outExtension: { '.js': '.mjs' },
})

await build({
  entryPoints: ['app.js'],
  bundle: true,
  platform: 'node',
  external: ['connect-mongo-native'],
  outdir: 'dist/outside',
})

await build({
  entryPoints: ['app.mjs'],
  bundle: true,
  platform: 'node',
  format: 'esm',
  banner: { js: "import { createRequire as from } from 'node:module'; const require = from(import.meta.url)" },
  external: ['connect-mongo-native'],
  outdir: 'dist/outside',
  outExtension: { '.js': '.mjs' },
})
