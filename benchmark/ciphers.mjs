// Compares the addon's cipher with the one that stands in for it: `node benchmark/ciphers.mjs`. They take turns at encrypting
// and decrypting sessions of 1 KB whose keys are derived. Prints the medians of operations per second.

import { createRequire } from 'node:module'
import { runAsProgram } from '../scripts/lib/program.mjs'
import { count, table } from './lib/format.mjs'
import { median } from './lib/statistics.mjs'

const require = createRequire(import.meta.url)

/** @typedef {import('../lib/common/native.js').NativeCipher} Cipher */
/** @typedef {import('../lib/common/native.js').CipherSettings} Settings */

const ROUNDS = 5
const TIME = 500 // ms
const IN_FLIGHT = 64
/** Longer than any key takes. */
const LIMIT = 60_000 // ms
const SESSION = JSON.stringify({ text: 'x'.repeat(1000) })

const secret = Buffer.alloc(32, 1)
const password = { secret, algorithm: 'aes-256-gcm', hashing: 'sha512' }
/** @type {Record<string, Partial<Settings>>} */
const FORMATS = {
  encryption: { keys: [{ id: 'a', secret }] },
  crypto: { kruptein: { ...password, encoding: 'base64', ivLen: 12 } },
  secret: { secret: { ...password, encoding: 'hex', ivLen: 16 } },
}

/**
 * How often a second something can be done, with many of it under way.
 * @param {() => Promise<unknown>} act
 */
async function rateOf(act) {
  const start = performance.now()
  let done = 0
  while (performance.now() - start < TIME) {
    await Promise.all(Array.from({ length: IN_FLIGHT }, act))
    done += IN_FLIGHT
  }
  return (done / (performance.now() - start)) * 1000
}

/** @param {Partial<Settings>} format */
async function measure(format) {
  const settings = { foreign: false, readsPlain: false, forgets: false, ...format }
  /** @type {(new (given: Settings) => Cipher)[]} */
  const classes = [
    require('../native.js').NativeCipher,
    require('../lib/encryption/software/software-cipher.js').SoftwareCipher,
  ]
  const measured = await Promise.all(
    classes.map(async (Class) => {
      const cipher = new Class(settings)
      const record = String(await cipher.seal('an id', SESSION, LIMIT))
      const acts = [() => cipher.seal('an id', SESSION, LIMIT), () => cipher.open('an id', record, LIMIT)]
      return acts.map((act) => ({ act, rates: /** @type {number[]} */ ([]) }))
    }),
  )
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { act, rates } of measured.flat()) rates.push(await rateOf(act))
  }
  return measured.flat().map(({ rates }) => count(median(rates)))
}

await runAsProgram(import.meta.url, async () => {
  const rows = []
  for (const [name, format] of Object.entries(FORMATS)) {
    const [seal, open, softwareSeal, softwareOpen] = await measure(format)
    rows.push([name, seal, softwareSeal, open, softwareOpen])
  }
  console.log(table(['per second', 'seal, addon', 'without', 'open, addon', 'without'], rows))
})
