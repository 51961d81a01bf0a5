'use strict'

// Compares the genuine packages with this one: constructors, their options and errors, and the public side of a store.
// The tests need no server.

const assert = require('node:assert/strict')
const { EventEmitter } = require('node:events')
const { describe, it } = require('node:test')
const session = require('express-session')
const { CONNECTION, CONNECTIONS_TRIED, TRIED, outcomes } = require('./construction.js')
const { describe: described } = require('./describe.js')
const { KNOWN_CONSTRUCTION } = require('./known/construction.js')
const { GENERATIONS } = require('./packages.js')

const RELEASES = [6, 5, 3, 1]

/**
 * Converts the options of a 5.x store to the form of 6.0. Known difference: 5.x fills in its encryption defaults, and
 * has neither `timestamps` nor `cryptoAdapter`.
 */
function asIn6({ options, ...others }, given) {
  return {
    options: { timestamps: false, cryptoAdapter: null, ...options, crypto: described(given?.crypto) },
    ...others,
  }
}

function compareOutcomes(release, tried, given) {
  const { genuine, ours } = outcomes(release, given)
  const known = KNOWN_CONSTRUCTION.filter((entry) => entry.tried === tried && (entry.in ?? RELEASES).includes(release))
  assert(known.length <= 1)
  const accepted = genuine.options && release === 5 ? asIn6(genuine, given) : genuine
  if (known.length === 0) return assert.deepEqual(ours, accepted)
  const [{ genuine: wantedOfGenuine, ours: wanted }] = known
  for (const [who, actual, expected] of [
    ['genuine', accepted, wantedOfGenuine],
    ['ours', ours, wanted],
  ]) {
    if (expected === 'accepts') assert('options' in actual, `${who} accepts it`)
    else assert.deepEqual(actual, typeof expected === 'function' ? expected(accepted) : expected, who)
  }
}

for (const release of RELEASES) {
  describe(`new Store(options) as in connect-mongo ${release}`, () => {
    for (const [tried, options] of Object.entries(TRIED)) {
      it(tried, () => compareOutcomes(release, tried, { ...CONNECTION[release], ...options }))
    }
    for (const [tried, options] of Object.entries(CONNECTIONS_TRIED)) {
      it(tried, () => compareOutcomes(release, tried, options))
    }
  })
}

it('every known difference is of something that is tried', () => {
  for (const { tried } of KNOWN_CONSTRUCTION) assert(tried in TRIED || tried in CONNECTIONS_TRIED, tried)
})

/** Creates a store of each side whose connection never becomes available. */
function storesOf(release) {
  const { genuine, ours } = GENERATIONS[release]
  return [genuine(), ours()].map((Store) => ({ Store, store: new Store({ ...CONNECTION[release] }) }))
}

/** By release: members of the genuine store that ours lacks. They are implementation details, not public API. */
const OWN_MISSING = {
  6: [],
  5: [/* encryption */ 'crypto'],
  3: [],
  1: [],
}
const METHODS_MISSING = {
  6: [
    /* encryption */ 'serializeForCrypto',
    'parseDecryptedPayload',
    'decryptSession',
    /* the addon's work */ 'setAutoRemove',
  ],
  5: [/* encryption */ 'cryptoGet', 'decryptSession', /* the addon's work */ 'setAutoRemove'],
  3: [
    /* the addon's work */ 'connectionFailed',
    'handleNewConnectionAsync',
    'setAutoRemoveAsync',
    'changeState',
    'setCollection',
    'collectionReady',
  ],
}
METHODS_MISSING[1] = METHODS_MISSING[3]

for (const release of RELEASES) {
  describe(`the public side of a store as in connect-mongo ${release}`, () => {
    const [{ Store: Genuine, store: genuine }, { Store: Ours, store: ours }] = storesOf(release)

    it('has the properties of the genuine one', () => {
      const own = Object.keys(genuine)
      // On both sides, the value is `undefined` while the store waits for its connection.
      assert.deepEqual(
        own.filter((name) => !(name in ours)),
        OWN_MISSING[release],
      )
    })

    it('has the methods of the genuine one, with as many parameters', () => {
      const methods = Object.getOwnPropertyNames(Genuine.prototype)
      assert.deepEqual(methods.filter((name) => !(name in Ours.prototype)).sort(), [...METHODS_MISSING[release]].sort())
      for (const name of methods.filter((method) => method in Ours.prototype && method !== 'constructor')) {
        assert.equal(typeof ours[name], typeof genuine[name], name)
        // `length` counts optional parameters differently on each side, so ours may be larger. A smaller one would mean
        // another signature.
        if (name !== 'close') assert(ours[name].length >= genuine[name].length, name)
      }
    })

    it('has the same hooks, by kind', () => {
      assert.deepEqual(described(ours.transformFunctions), described(genuine.transformFunctions))
    })

    it('is the same kind of object', () => {
      for (const [Store, store] of [
        [Genuine, genuine],
        [Ours, ours],
      ]) {
        assert(store instanceof Store)
        assert(store instanceof session.Store)
        assert(store instanceof EventEmitter)
        assert.equal(store.constructor, Store)
        assert.equal(Store.length, 1)
        assert.equal(Store.name, 'MongoStore')
        assert.equal(Object.getPrototypeOf(Store.prototype), session.Store.prototype)
        assert(Object.isExtensible(store))
      }
    })

    it('keeps what an application puts on it', () => {
      for (const store of [genuine, ours]) {
        for (const name of ['generate', 'hash', 'anything']) {
          store[name] = name
          assert.equal(store[name], name)
        }
      }
    })
  })
}

describe("the options of a factory's store", () => {
  for (const release of [3, 1]) {
    it(`are the application's own object, as in connect-mongo ${release}`, () => {
      const { genuine, ours } = GENERATIONS[release]
      for (const Store of [genuine(), ours()]) {
        const given = { ...CONNECTION[release] }
        const keys = Object.keys(given)
        assert.equal(new Store(given).options, given)
        assert.deepEqual(Object.keys(given), keys)
      }
    })
  }
})

describe('create(options)', () => {
  for (const release of [6, 5]) {
    it(`is new MongoStore(options), as in connect-mongo ${release}`, () => {
      const { genuine, ours } = GENERATIONS[release]
      for (const Store of [genuine(), ours()]) {
        const store = Store.create({ ...CONNECTION[release], ttl: 5 })
        assert(store instanceof Store)
        assert.equal(store.options.ttl, 5)
        assert.throws(() => Store.create(), {
          name: 'TypeError',
          message: /^Cannot read properties of undefined \(reading 'collectionName'\)/,
        })
      }
    })
  }
})
