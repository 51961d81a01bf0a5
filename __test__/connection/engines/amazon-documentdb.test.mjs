// The methods of a store on Amazon DocumentDB, emulated.

import { runMethodsOn } from '../../helpers/on-engine.js'

await runMethodsOn('amazon-documentdb')
