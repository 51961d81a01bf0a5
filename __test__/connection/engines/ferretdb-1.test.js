'use strict'

// The methods of a store on FerretDB 1, emulated.

const { runMethodsOn } = require('../../helpers/on-engine.js')

runMethodsOn('ferretdb1')
