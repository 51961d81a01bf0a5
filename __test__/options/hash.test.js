'use strict'

const assert = require('node:assert/strict')
const { createHash } = require('node:crypto')
const { test } = require('node:test')
const { FACTORY, MODERN, fails, useStores } = require('../helpers/stores.js')

const server = useStores()
const hashOf = (algorithm, text) => createHash(algorithm).update(text).digest('hex')

test('hash stores a hash of the id in its place, as connect-mongo 0.4 to 0.8 did', async (t) => {
  const ids = [
    [true, '38078aaaa1ca8e91cbe8c35897d5ed98624338c2'],
    [{}, '38078aaaa1ca8e91cbe8c35897d5ed98624338c2'],
    [{ salt: 'pepper' }, hashOf('sha1', 'peppert')],
    [{ salt: '' }, hashOf('sha1', 't')],
    [{ algorithm: 'sha256' }, hashOf('sha256', 'connect-mongot')],
  ]
  for (const [hash, id] of ids) {
    const { store, collection } = server.open(t, { hash }, FACTORY)
    await store.set('t', { a: 1 })
    assert.deepEqual(
      (await collection.find().toArray()).map(({ _id }) => _id),
      [id],
    )
    assert.deepEqual(await store.get('t'), { a: 1 })
    await store.touch('t', {})
    await store.destroy('t')
    assert.equal(await collection.countDocuments(), 0)
  }
})

test('without hash, or with a false one, the id is stored as it is', async (t) => {
  for (const hash of [undefined, null, false, 0, '']) {
    const { store, collection } = server.open(t, { hash }, FACTORY)
    await store.set('t', {})
    assert.equal((await collection.findOne({}))._id, 't')
  }
})

test('transformId wins over hash', async (t) => {
  const { store, collection } = server.open(t, { hash: true, transformId: (sid) => `hidden-${sid}` }, FACTORY)
  await store.set('t', {})
  assert.equal((await collection.findOne({}))._id, 'hidden-t')
})

test('an algorithm that does not exist fails the operations', async (t) => {
  const { store, collection } = server.open(t, { hash: { algorithm: 'rot13' } }, FACTORY)
  await fails(store, 'set', ['t', {}], Error)
  await fails(store, 'get', ['t'], Error)
  assert.equal(await collection.countDocuments(), 0)
})

test('a salt that is not text is told by its name', () => {
  for (const salt of [Symbol('s'), {}, Object.create(null)]) {
    assert.throws(
      () => new FACTORY.Store({ url: 'mongodb://127.0.0.1', hash: { salt } }),
      /^TypeError: The option hash\.salt must be a string$/,
    )
  }
})

test('hash has no effect in a store of the style of connect-mongo 4 to 6, which never had it', async (t) => {
  const { store, collection } = server.open(t, { hash: true }, MODERN)
  await store.set('t', {})
  assert.equal((await collection.findOne({}))._id, 't')
})
