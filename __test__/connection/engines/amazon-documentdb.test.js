'use strict'

// The methods of a store on Amazon DocumentDB, emulated.

const { runMethodsOn } = require('../../helpers/on-engine.js')

runMethodsOn('documentdb')
