export default {
  build: {
    ssr: 'src/app.js',
    outDir: 'dist/inside',
    rolldownOptions: { external: [/^connect-mongo-native-/], output: { chunkFileNames: '[name]-[hash].js' } },
  },
  ssr: { noExternal: true },
}
