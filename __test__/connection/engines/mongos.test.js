'use strict'

// The methods of a store on the router of a sharded cluster, emulated.

const { runMethodsOn } = require('../../helpers/on-engine.js')

runMethodsOn('mongos')
