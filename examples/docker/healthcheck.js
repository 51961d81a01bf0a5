'use strict'

// The HEALTHCHECK of the images: ends with code 0 if the server is up. It needs no shell and no curl, which not every image has.
//
//   PORT=3000 node healthcheck.js

const url = `http://127.0.0.1:${process.env.PORT || 3000}/health`

fetch(url).then(
  ({ ok }) => process.exit(ok ? 0 : 1),
  () => process.exit(1),
)
