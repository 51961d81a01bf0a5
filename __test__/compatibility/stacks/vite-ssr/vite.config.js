export default {
  build: { ssr: 'src/app.js', outDir: 'dist/outside' },
}
