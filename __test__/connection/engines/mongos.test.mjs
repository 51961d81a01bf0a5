// The methods of a store on the router of a sharded cluster, emulated.

import { runMethodsOn } from '../../helpers/on-engine.js'

await runMethodsOn('mongos')
