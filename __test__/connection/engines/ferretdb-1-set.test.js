'use strict'

// The methods of a store on FerretDB 1 that is told the name of a replica set, emulated.

const { runMethodsOn } = require('../../helpers/on-engine.js')

runMethodsOn('ferretdb1Set')
