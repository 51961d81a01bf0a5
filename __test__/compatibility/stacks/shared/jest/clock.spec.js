/* global jest -- what Jest gives to each module */
'use strict'

const connectMongo = require('connect-mongo-native')
const describeClock = require('../runner/clock.js')

describeClock(connectMongo, jest)
