'use strict'

// What the callback of a method throws belongs to the domain in which the method was called.

const assert = require('node:assert/strict')
const { describe, it } = require('node:test')
const { ROOT, runProgram } = require('../helpers/child.js')
const { useStores } = require('../helpers/stores.js')

const { place } = useStores()

/** Calls methods in a domain each, with callbacks that throw, and prints what the domains got, and what nobody got. */
async function throwInDomains({ name, mongoUrl, hasHooks }) {
  const domain = require('node:domain')
  const loaded = require(name)
  const hooks = hasHooks ? { serialize: (session) => ({ ...session }), transformId: (sid) => `of ${sid}` } : {}
  const store = (loaded.default ?? loaded).create({ mongoUrl, ...hooks })
  const got = {}
  process.on('uncaughtException', ({ message }) => {
    got[message] = 'nobody'
  })
  const calls = {
    set: ['ann', { cookie: {} }],
    get: ['ann'],
    touch: ['ann', { cookie: {} }],
    length: [],
    all: [],
    destroy: ['ann'],
    clear: [],
  }
  for (const [method, args] of Object.entries(calls)) {
    const own = domain.create()
    await new Promise((resolve) => {
      own.on('error', ({ message }) => {
        got[message] = 'its domain'
        resolve()
      })
      process.once('uncaughtException', resolve)
      own.run(() => {
        store[method](...args, () => {
          throw new Error(method)
        })
      })
    })
  }
  await store.close()
  console.log(JSON.stringify({ got, active: process.domain ?? null }))
}

async function run(name, hasHooks) {
  const { code, lines, stderr } = await runProgram(throwInDomains, { name, mongoUrl: place().mongoUrl, hasHooks })
  assert.equal(code, 0, stderr)
  return JSON.parse(lines.at(-1))
}

describe('A domain', () => {
  for (const hasHooks of [false, true]) {
    it(`gets what callbacks of its calls throw${hasHooks ? ' with hooks' : ''}, as with connect-mongo 6`, async () => {
      assert.deepEqual(await run(ROOT, hasHooks), await run('connect-mongo-6', hasHooks))
    })
  }
})
