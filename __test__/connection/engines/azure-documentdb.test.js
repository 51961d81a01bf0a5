'use strict'

// The methods of a store on Azure DocumentDB and DocumentDB, emulated.

const { runMethodsOn } = require('../../helpers/on-engine.js')

runMethodsOn('azureDocumentdb')
