'use strict'

const connectMongo = require('connect-mongo-native')
const describeValues = require('../runner/values.js')

describeValues(connectMongo)
