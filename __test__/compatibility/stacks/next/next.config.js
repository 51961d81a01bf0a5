'use strict'

// The tests of the package know no pages outside this application.
module.exports = {
  outputFileTracingRoot: __dirname,
  turbopack: { root: __dirname },
  rewrites: async () =>
    ['me', 'login', 'count', 'logout'].map((name) => ({ source: `/${name}`, destination: `/api/${name}` })),
}
