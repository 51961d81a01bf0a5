import config from './standalone.config.mjs'

export default {
  ...config,
  distDir: process.env.DIST, // of the build by webpack
  // Next must not look outside this application: the tests of the package are not pages.
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
}
