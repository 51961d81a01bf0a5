// The methods of a store on FerretDB 1 that is told the name of a replica set, emulated.

import { runMethodsOn } from '../../helpers/on-engine.js'

await runMethodsOn('ferretdb-1-set')
