// The methods of a store on FerretDB 2, emulated.

import { runMethodsOn } from '../../helpers/on-engine.js'

await runMethodsOn('ferretdb-2')
