// Bundles the application by each of the configurations.

import { execFileSync } from 'node:child_process'

for (const config of ['inside.config.mjs', 'outside.config.mjs'])
  execFileSync(process.execPath, ['node_modules/rollup/dist/bin/rollup', '--config', config], { stdio: 'inherit' })
