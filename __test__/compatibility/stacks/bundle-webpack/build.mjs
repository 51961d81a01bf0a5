// Bundles the application by each of the configurations.

import { promisify } from 'node:util'
import webpack from 'webpack'
import inside from './inside.cjs'
import insideModule from './inside.mjs'
import outside from './outside.cjs'
import outsideModule from './outside.mjs'

const stats = await promisify(webpack)([inside, insideModule, outside, outsideModule])
console.log(stats.toString({ errorDetails: true }))
if (stats.hasErrors()) process.exitCode = 1
