'use strict'

// The methods of a store on FerretDB 2, emulated.

const { runMethodsOn } = require('../../helpers/on-engine.js')

runMethodsOn('ferretdb2')
