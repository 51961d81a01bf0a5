'use strict'

// Nothing that a program may print, log or export of a store in use has a secret, a session or an id in it: not the
// store, its statistics, its channels, the process's warnings, nor any error with all that belongs to it.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { inspect } = require('node:util')
const { eachStyle, make, useStores } = require('../helpers/stores.js')
const { collectTold } = require('../helpers/told.js')

const server = useStores()
const SID = 'sid-zebra-of-somebody-0123456789'
const KEY = 'zebra-key-of-32-bytes-or-even-more'
const USER = 'zebra-user'

/** All that can be printed of a value, with hidden properties, accessors, causes and stacks. */
function everything(value) {
  const options = { depth: Infinity, showHidden: true, getters: true, maxArrayLength: null, maxStringLength: null }
  const errors = []
  for (let at = value; at instanceof Error; at = at.cause) errors.push(at.message, at.stack, ...Object.values(at))
  return [inspect(value, options), String(value), JSON.stringify(value), ...errors.map(String)].join('\n')
}

function tellsNothing(what, value) {
  const text = everything(value)
  const at = text.search(/zebra/i)
  assert.equal(at, -1, `${what}: ${text.slice(Math.max(0, at - 200), at + 200)}`)
}

/** Stores by their options, each with what it can't read. */
const STORES = {
  plain: [{}, `{zebra`],
  'with documents': [{ stringify: false }, 'zebra'],
  'with keys': [{ encryption: { keys: [{ id: 'k', secret: KEY }], hashIds: true } }, `{"user":"${USER}"}`],
  'with an older key': [
    {
      encryption: {
        keys: [
          { id: 'k', secret: KEY },
          { id: 'old', secret: `old ${KEY}` },
        ],
      },
    },
    `cmn1.k.zebra`,
  ],
}

eachStyle(({ style }) => {
  for (const [title, [options, unreadable]] of Object.entries(STORES)) {
    test(`a store ${title} tells nothing of its sessions while it is used, nor of its secrets`, async (t) => {
      const told = collectTold(t)
      const { store, collection } = server.open(t, options, style)
      const session = { cookie: {}, user: USER, list: [USER] }
      const calls = [store.set(SID, session), store.get(SID), store.touch(SID, session), store.all()]
      for (const [what, value] of [
        ['the store in use', store],
        ['its statistics', store.stats()],
      ])
        tellsNothing(what, value)
      await Promise.all(calls)
      await collection.updateMany({}, { $set: { session: unreadable } })
      const results = await Promise.allSettled([
        store.get(SID),
        store.set(SID, { user: USER, deep: 5n }),
        store.set(SID, {
          user: USER,
          get other() {
            throw new TypeError('a getter')
          },
        }),
        store.set(`${SID}\ud800`, session),
        store.set(SID.repeat(1000), session),
        store.touch(`other-${SID}`, undefined),
        store.set(SID, 'zebra'),
        store.all(),
      ])
      const errors = results.flatMap(({ reason }) => reason ?? [])
      assert.ok(errors.length >= 5, `${errors.length} errors`)
      for (const error of errors) tellsNothing('an error', error)
      await store.destroy(SID)
      await store.close()
      const late = await store.get(SID).catch((error) => error)
      for (const [what, value] of Object.entries({ late, told, closed: store, stats: store.stats() }))
        tellsNothing(what, value)
      assert.ok(told.length > 5, 'the channels')
    })
  }

  test('a refused option tells nothing of its value', (t) => {
    const bad = {
      [style.ofUrl]: 'mongodb://zebra:zebra@:zebra@/zebra?zebra',
      encryption: { keys: [{ id: 'zebra key', secret: 'zebra' }] },
      touchAfter: { zebra: 1 },
      ttl: 'zebra',
      [style.collectionOption]: ['zebra'],
    }
    for (const [name, value] of Object.entries(bad)) {
      try {
        const store = make(style, { [style.ofUrl]: 'mongodb://127.0.0.1:1/x', [name]: value })
        t.after(() => store.close())
      } catch (error) {
        tellsNothing(name, error)
      }
    }
  })
})
