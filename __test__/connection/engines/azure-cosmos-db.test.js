'use strict'

// The methods of a store on Azure Cosmos DB for MongoDB, emulated.

const { runMethodsOn } = require('../../helpers/on-engine.js')

runMethodsOn('cosmos')
