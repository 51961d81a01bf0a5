// The machine and the versions, on which all figures depend. Nothing here may identify the machine, its user or its
// folders.

import { readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { root } from '../../scripts/lib/process.mjs'

const PACKAGES = [
  ...['connect-mongo-6', 'connect-mongodb-session', 'mongodb', 'connect-redis', 'redis'],
  ...['express', 'express-session', 'autocannon'],
]

/** The machine that measures. */
export function machine() {
  const processors = cpus()
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
  }
}

/**
 * The versions of all software that takes part.
 * @param {{ mongod: string, redis: string | undefined }} servers
 */
export function versions(servers) {
  const packages = PACKAGES.map((name) => [name, versionIn(join(root, 'node_modules', name))])
  return {
    node: process.versions.node,
    mongod: servers.mongod,
    redis: servers.redis,
    'connect-mongo-native': versionIn(root),
    ...Object.fromEntries(packages),
  }
}

/**
 * The version of a package; undefined if it is not installed. Reads the file, because some packages do not export it.
 * @param {string} folder
 * @returns {string | undefined}
 */
function versionIn(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
  } catch {
    return undefined
  }
}
