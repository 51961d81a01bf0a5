'use strict'

// Next must not look outside this application: the tests of the package are not pages.
module.exports = {
  outputFileTracingRoot: __dirname,
  turbopack: { root: __dirname },
  rewrites: async () =>
    ['me', 'login', 'count', 'logout'].map((name) => ({ source: `/${name}`, destination: `/api/${name}` })),
}
