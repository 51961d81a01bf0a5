'use strict'

// The entry of all bundles.

const run = require('./own-session.js')

const packages = {
  express: require('express'),
  session: require('express-session'),
  connectMongo: require('connect-mongo-native'),
}
run(packages, process.env.VARIANT.includes('inside'))
