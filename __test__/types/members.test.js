'use strict'

// The types are written by hand. This test compares their names with the export, with a store, and with a store of a
// class that the factory made.

const assert = require('node:assert/strict')
const { EventEmitter } = require('node:events')
const { after, before, describe, test } = require('node:test')
const session = require('express-session')
const MongoStore = require('../../index.js')
const { isPublic, openTypes } = require('../helpers/types.js')

/** Members that the types declare and a store gets only later: the session middleware adds them. */
const ADDED_LATER = ['generate']
/** Members of every function, and the mark for transpiled imports, for which the types have their export list. */
const OF_FUNCTIONS = ['length', 'name', '__esModule']

const url = 'mongodb://127.0.0.1:1/types'
const sorted = (names) => [...new Set(names)].sort()
/** The names of an EventEmitter, which Node's own types describe. */
const emitter = namesOf(new EventEmitter())

/** The public names of an object and of its classes. */
function namesOf(object) {
  const names = []
  for (let at = object; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    names.push(...Object.getOwnPropertyNames(at))
  }
  return sorted(names.filter((name) => isPublic(name) && name !== 'constructor'))
}

describe('index.d.ts', () => {
  let types
  const stores = {}

  before(async () => {
    types = await openTypes()
    stores.MongoStore = new MongoStore({ mongoUrl: url })
    stores.LegacyMongoStore = new (MongoStore(session))({ url })
  })

  after(async () => {
    types?.close()
    for (const store of Object.values(stores)) await store.close()
  })

  test('names what is on the export, and nothing else', () => {
    const { exported, flags } = types
    const isValue = ({ flags: of }) => Boolean(of & (flags.Value | flags.Alias))
    const typed = [...exported.values()].filter(isValue).map(({ name }) => name)
    const there = Object.getOwnPropertyNames(MongoStore).filter((name) => !OF_FUNCTIONS.includes(name))
    assert.deepEqual(sorted(typed), sorted(there))
  })

  for (const name of ['MongoStore', 'LegacyMongoStore']) {
    test(`names the members of a ${name}, and no others`, () => {
      const typed = [...types.membersOf(name).keys()].filter(
        (member) => !ADDED_LATER.includes(member) && !emitter.includes(member),
      )
      const there = namesOf(stores[name]).filter((member) => !emitter.includes(member))
      assert.deepEqual(sorted(typed), there)
    })

    test(`calls those members of a ${name} methods that are functions`, () => {
      const store = stores[name]
      for (const [member, { flags: of }] of types.membersOf(name)) {
        if (ADDED_LATER.includes(member)) continue
        assert.equal(Boolean(of & types.flags.Method), typeof store[member] === 'function', member)
      }
    })
  }
})
