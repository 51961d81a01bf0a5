'use strict'

// Starts the server of the built application on a free port, which it must be told.

const { createServer } = require('node:net')
const path = require('node:path')

Object.assign(process.env, {
  HOSTNAME: '127.0.0.1',
  SESSION_SECRET: 'keyboard cat',
  NEXT_MANUAL_SIG_HANDLE: 'true', // it ends with 143 otherwise
})
const placeholder = createServer().listen(0, '127.0.0.1', () => {
  process.env.PORT = placeholder.address().port
  placeholder.close(() => require(path.resolve(process.argv[2])))
})
