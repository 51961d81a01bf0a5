// Counts sessions in mongosh.

import assert from 'node:assert/strict'
import { shell as db } from './shared/old-sessions.mjs'

const [count] = await Promise.all([
  // EXAMPLE
])
assert.equal(count, 2)
process.exit()
