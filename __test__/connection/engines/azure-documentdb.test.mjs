// The methods of a store on Azure DocumentDB and DocumentDB, emulated.

import { runMethodsOn } from '../../helpers/on-engine.js'

await runMethodsOn('azure-documentdb')
