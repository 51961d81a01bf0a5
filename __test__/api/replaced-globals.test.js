'use strict'

// Programs that have replaced what every package takes for granted: timers, promises, the working directory.

const assert = require('node:assert/strict')
const { describe, it } = require('node:test')
const { needsAddon } = require('../helpers/addon.js')
const { ROOT, runProgram } = require('../helpers/child.js')
const { useStores } = require('../helpers/stores.js')

const { place } = useStores()

/** Runs a program that prints what it found as JSON, and ends by itself. */
async function run(main, input, options) {
  const { code, lines, stderr } = await runProgram(main, { ...input, root: ROOT, mongoUrl: place().mongoUrl }, options)
  assert.equal(code, 0, stderr)
  return JSON.parse(lines.at(-1))
}

/** Installs fake timers before or after it loads the package, and calls every method in each way that it answers. */
async function callEverything({ root, mongoUrl, fakes, isLoadedFirst }) {
  const { writeSync } = require('node:fs')
  const install = {
    sinon: () => require('@sinonjs/fake-timers').install({ now: Date.now() }),
    node: () => require('node:test').mock.timers.enable({ now: Date.now() }),
  }[fakes]
  if (!isLoadedFirst) install()
  const MongoStore = require(root)
  if (isLoadedFirst) install()

  const store = MongoStore.create({ mongoUrl, touchAfter: 1000 })
  const session = () => ({ cookie: {} })
  const called = (...args) => new Promise((resolve) => store[args[0]](...args.slice(1), (error) => resolve(!error)))
  const promised = ([method, ...args]) =>
    store[method](...args).then(
      () => true,
      () => false,
    )
  const answers = {
    set: await called('set', 'a', session()),
    get: await called('get', 'a'),
    load: await called('load', 'a'),
    touch: await called('touch', 'a', session()),
    'touch of a fresh session': await called('touch', 'a', { ...session(), lastModified: new Date() }),
    all: await called('all'),
    length: await called('length'),
    destroy: await called('destroy', 'a'),
    clear: await called('clear'),
    'a refused id': await called('get', 5),
    'a refused id, by promise': await promised(['get', 5]),
    'a missing session': await called('set', 'a'),
    close: await called('close'),
    'a use after close': await called('get', 'a'),
    'a use of all sessions after close': await promised(['all']),
  }
  // The runner's own way to print may wait for a timer.
  writeSync(1, `${JSON.stringify(answers)}\n`)
}

const FAILING = /refused|missing|after close/

describe('Every method answers while timers are faked', () => {
  for (const fakes of ['sinon', 'node']) {
    for (const isLoadedFirst of [true, false]) {
      const name = `by ${fakes}, the package loaded ${isLoadedFirst ? 'before' : 'after'}`
      // sinon replaces process.nextTick, too, without which the `mongodb` package does nothing.
      it(name, fakes === 'sinon' ? needsAddon('the mongodb package needs nextTick') : {}, async () => {
        for (const [call, succeeded] of Object.entries(await run(callEverything, { fakes, isLoadedFirst }))) {
          assert.equal(succeeded, !FAILING.test(call), call)
        }
      })
    }
  }
})

describe('A replaced Promise', () => {
  async function useAll({ root, mongoUrl }) {
    const Native = Promise
    /** Has what promises had in 2015, as the libraries of that time do. */
    globalThis.Promise = class OldPromise {
      #native
      constructor(start) {
        this.#native = new Native(start)
      }
      // biome-ignore lint/suspicious/noThenProperty: it is a promise
      then(...handlers) {
        return new OldPromise((resolve) => resolve(this.#native.then(...handlers)))
      }
      catch(handler) {
        return this.then(undefined, handler)
      }
      static resolve(value) {
        return new OldPromise((resolve) => resolve(value))
      }
    }
    const store = require(root).create({ mongoUrl, unserialize: async (stored) => stored })
    await store.set('a', { cookie: {}, user: 'ann' })
    const isGlobal = store.get('a') instanceof globalThis.Promise
    const [{ user }] = await store.all()
    await store.close()
    console.log(JSON.stringify({ user, isGlobal }))
  }

  const skip = needsAddon('the mongodb package needs what promises have today')
  it('may lack what newer ones have; methods without a callback give one of it', skip, async () => {
    assert.deepEqual(await run(useAll, {}), { user: 'ann', isGlobal: true })
  })
})

it('the package loads where the working directory was removed', async () => {
  async function load({ root, mongoUrl }) {
    const fs = require('node:fs')
    const { createRequire } = require('node:module')
    const path = require('node:path')
    const folder = fs.mkdtempSync(path.join(require('node:os').tmpdir(), 'gone-'))
    // A dependency of express-session needs the folder.
    createRequire(path.join(root, 'index.js'))('express-session')
    process.chdir(folder)
    fs.rmdirSync(folder)
    const store = createRequire(path.join(root, 'index.js'))('./index.js').create({ mongoUrl, stringify: false })
    await store.set('a', { cookie: {}, user: 'ann' })
    const { user } = await store.get('a')
    await store.close()
    console.log(JSON.stringify({ user }))
  }
  assert.deepEqual(await run(load, {}), { user: 'ann' })
})
