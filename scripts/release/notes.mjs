// Prints what the CHANGELOG says of the version of package.json: the text of its release.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../lib/process.mjs'
import { Failure, runAsProgram } from '../lib/program.mjs'

await runAsProgram(import.meta.url, () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const [, ...entries] = readFileSync(join(root, 'CHANGELOG.md'), 'utf8').split(/^## /m)
  const entry = entries.find((text) => text.startsWith(`[${version}]`))
  if (entry === undefined) throw new Failure(`notes: CHANGELOG.md has no entry for ${version}.`)
  console.log(entry.slice(entry.indexOf('\n')).trim())
})
