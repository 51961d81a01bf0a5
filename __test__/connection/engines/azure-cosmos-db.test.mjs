// The methods of a store on Azure Cosmos DB for MongoDB, emulated.

import { runMethodsOn } from '../../helpers/on-engine.js'

await runMethodsOn('azure-cosmos-db')
