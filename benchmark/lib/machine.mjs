// What the figures depend on: the machine and the versions. Nothing that names the machine, its user or its folders.

import { cpus, totalmem } from 'node:os'
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../scripts/lib/process.mjs'

const PACKAGES = [
  ...['connect-mongo-6', 'connect-mongodb-session', 'mongodb', 'connect-redis', 'redis'],
  ...['express', 'express-session', 'autocannon'],
]

/** The machine that measured. */
export function machine() {
  const processors = cpus()
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
  }
}

/** Everything's version; `servers` are those that were started. */
export function versions(servers) {
  const own = createRequire(import.meta.url)('../../package.json')
  const packages = PACKAGES.map((name) => [name, versionOf(name)])
  return {
    node: process.versions.node,
    mongod: servers.mongod,
    redis: servers.redis,
    [own.name]: own.version,
    ...Object.fromEntries(packages),
  }
}

/** Read from the file, since some packages export neither their manifest nor a way to it. */
function versionOf(name) {
  try {
    return JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version
  } catch {
    return undefined
  }
}
