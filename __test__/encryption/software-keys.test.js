'use strict'

// Without the addon, keys are derived on the threads of Node's pool: few at a time, the newest callers first, none for those
// who have given up.

const assert = require('node:assert/strict')
const { pbkdf2Sync } = require('node:crypto')
const { availableParallelism } = require('node:os')
const { test } = require('node:test')
const { Derivations } = require('../../lib/encryption/software/keys/derivations.js')
const { KeyCache } = require('../../lib/encryption/software/keys/key-cache.js')
const { Patience } = require('../../lib/encryption/software/keys/patience.js')
const { WritingKey } = require('../../lib/encryption/software/keys/writing-key.js')
const der = require('../../lib/encryption/software/der.js')
const { PATIENCE, SECRET, both, kruptein } = require('../helpers/ciphers.js')

const forever = () => new Patience()
const turn = () => new Promise((resolve) => setImmediate(resolve))
/** What a promise has become so far. */
const stateOf = (promise) => Promise.race([nameOf(promise), turn().then(() => 'waits')])
/** What a promise gives, or the name of its failure. */
const nameOf = (promise) => promise.catch(({ parts }) => parts[0])

/** A queue of keys, each of which is derived when the test says so. */
function aQueue(atOnce, maxWaiting) {
  const queue = new Derivations(atOnce, maxWaiting)
  const begun = []
  const underWay = new Map()
  const wanted = (id, shared = false) => ({
    id,
    shared,
    derive: () => {
      begun.push(id)
      return new Promise((resolve, reject) => underWay.set(id, { resolve, reject }))
    },
  })
  const end = async (id, how = 'resolve') => {
    underWay.get(id)[how](id)
    await turn()
  }
  return { queue, begun, wanted, end }
}

test('the newest key is derived first, and the one that all writes need before all others', async () => {
  const { queue, begun, wanted, end } = aQueue(1)
  const order = (id, shared) => queue.wait(wanted(id, shared), forever())
  const keys = [order('first'), order('old'), order('all', true), order('new'), order('old'), order('newest')]
  for (const id of ['first', 'all', 'newest', 'old', 'new']) await end(id)
  assert.deepEqual(begun, ['first', 'all', 'newest', 'old', 'new'])
  assert.deepEqual(await Promise.all(keys), ['first', 'old', 'all', 'new', 'old', 'newest'])
})

test('a key of one record that all writes come to need is derived before others', async () => {
  const { queue, begun, wanted, end } = aQueue(1)
  for (const id of ['first', 'shared', 'newest']) queue.wait(wanted(id), forever())
  queue.prepare(wanted('shared', true))
  for (const id of ['first', 'shared', 'newest']) await end(id)
  assert.deepEqual(begun, ['first', 'shared', 'newest'])
})

test('no more keys are derived at a time than the queue has threads', async () => {
  const { queue, begun, wanted, end } = aQueue(2)
  for (const id of ['a', 'b', 'c', 'd']) queue.wait(wanted(id), forever())
  assert.deepEqual(begun, ['a', 'b'])
  await end('b')
  assert.deepEqual(begun, ['a', 'b', 'd'])
})

test('one key too many pushes out the oldest, with all who wait for it, and no one else', async () => {
  const { queue, wanted, end } = aQueue(1, 2)
  const running = queue.wait(wanted('running'), forever())
  const oldest = [queue.wait(wanted('oldest'), forever()), queue.wait(wanted('oldest'), forever())]
  const shared = queue.wait(wanted('all', true), forever())
  const third = queue.wait(wanted('third'), forever())
  const ids = [running, ...oldest, shared, third]
  const refusal = 'MongoStoreOverloadedError'
  assert.deepEqual(await Promise.all(ids.map(stateOf)), ['waits', refusal, refusal, 'waits', 'waits'])
  for (const id of ['running', 'all', 'third']) await end(id)
  assert.deepEqual(await Promise.all([running, shared, third]), ['running', 'all', 'third'])
})

test('a key is not derived whose callers have all given up; one that another still waits for is', async () => {
  const { queue, begun, wanted, end } = aQueue(1)
  const running = queue.wait(wanted('running'), new Patience(0))
  const hasty = ['nobody', 'somebody', 'ahead'].map((id) => queue.wait(wanted(id), new Patience(0)))
  const patient = queue.wait(wanted('somebody'), forever())
  queue.prepare(wanted('ahead'))
  for (const { reason } of await Promise.allSettled([running, ...hasty]))
    assert.deepEqual(reason.parts, [
      'MongoOperationTimeoutError',
      'timed out after 0 ms: The key of an encrypted session could not be derived',
      null,
      null,
    ])
  for (const id of ['running', 'ahead', 'somebody']) await end(id)
  assert.deepEqual(begun, ['running', 'ahead', 'somebody'])
  assert.equal(await patient, 'somebody')
})

test('a derivation that fails is an error of those who wait, and the next caller has it tried again', async () => {
  const { queue, begun, wanted, end } = aQueue(1)
  const failed = nameOf(queue.wait(wanted('a'), forever()))
  const other = queue.wait(wanted('b'), forever())
  await end('a', 'reject')
  assert.equal(await failed, 'MongoRuntimeError')
  await end('b')
  assert.equal(await other, 'b')
  const again = queue.wait(wanted('a'), forever())
  await end('a')
  assert.equal(await again, 'a')
  assert.deepEqual(begun, ['a', 'b', 'a'])
})

/** Counts the keys that a cache has derived. */
function aCache() {
  const queue = new Derivations(1)
  const derived = []
  const wait = queue.wait.bind(queue)
  const counted = (wanted) => ({ ...wanted, derive: () => (derived.push(wanted.id), wanted.derive()) })
  queue.wait = (wanted, patience) => wait(counted(wanted), patience)
  return { derived, keys: new KeyCache(SECRET, 'sha256', 32, queue) }
}

test('a key is derived once, for all who wait for it and all who come later', async () => {
  const { derived, keys } = aCache()
  const name = { salt: Buffer.from('salt'), rounds: 3 }
  const wanted = pbkdf2Sync(SECRET, 'salt', 3, 32, 'sha256')
  const found = await Promise.all([0, 0, 0].map(() => keys.ofRecord(name, forever())))
  for (const key of [...found, await keys.ofAll(name, forever())]) assert.deepEqual(key.export(), wanted)
  assert.equal(derived.length, 1)
  await keys.ofRecord({ ...name, rounds: 4 }, forever())
  await keys.ofRecord({ ...name, salt: Buffer.from('pepper') }, forever())
  assert.equal(derived.length, 3)
})

test('the keys that were used last are kept, and the others forgotten', async () => {
  const { derived, keys } = aCache()
  const use = (number) => keys.ofRecord({ salt: Buffer.from(`salt ${number}`), rounds: 1 }, forever())
  const [kept, dropped] = [0, 1]
  await use(kept)
  await use(dropped)
  for (let number = 2; number < 20_000; number += 1) {
    await use(number)
    if (number % 4_000 === 0) await use(kept)
  }
  assert.equal(derived.length, 20_000)
  await use(kept)
  assert.equal(derived.length, 20_000)
  await use(dropped)
  assert.equal(derived.length, 20_001)
})

test('one salt is used for a number of records, and the key of the next one derived before', async () => {
  const { keys } = aCache()
  const writing = new WritingKey(keys, 1, { records: 4, lead: 2 })
  const first = await Promise.all([0, 0].map(() => writing.take(forever())))
  const salts = [...first, await writing.take(forever()), await writing.take(forever())].map(({ salt }) => salt)
  assert.equal(new Set(salts).size, 1)
  const next = await writing.take(forever())
  assert.notDeepEqual(next.salt, salts[0])
  assert.deepEqual(next.key.export(), pbkdf2Sync(SECRET, next.salt, 1, 32, 'sha256'))
})

test('records of one process have one salt', async () => {
  const { software } = both(kruptein())
  const saltOf = (record) => der.decode(Buffer.from(record, 'base64'))[3].toString('hex')
  const records = await Promise.all([1, 2, 3].map((number) => software.seal('an id', `${number}`, PATIENCE)))
  assert.equal(new Set(records).size, 3)
  assert.equal(new Set(records.map(saltOf)).size, 1)
})

test('with the addon and without it, of more records than may wait for their keys the oldest few are refused', async () => {
  const threads = Math.max(1, availableParallelism() - 1)
  const surplus = 20
  const ciphers = both(kruptein())
  const [cipher, mac, iv, salt, ...rest] = der.decode(Buffer.from(await ciphers.addon.encrypt('text'), 'base64'))
  const records = Array.from({ length: 4_096 + threads + surplus }, (_, number) => {
    const other = Buffer.from(salt)
    other.writeUInt32BE(number)
    return der.encode([cipher, mac, iv, other, ...rest]).toString('base64')
  })
  for (const native of Object.values(ciphers)) {
    const results = await Promise.all(records.map((record) => native.open('an id', record, 5_000)))
    const refused = results.flatMap(([name], at) => (name === 'MongoStoreOverloadedError' ? [at] : []))
    // Some may have their keys before the last one comes.
    assert.ok(refused.length >= 1 && refused.length <= threads + surplus, `${refused}`)
    assert.ok(Math.max(...refused) < 2 * (threads + surplus), `${refused}`)
    assert.deepEqual(results[refused[0]].slice(1), [
      'Too many keys of encrypted sessions are waiting to be derived: try again later',
      null,
      null,
    ])
  }
})

test('of many records that an adapter decrypts at once, none is refused', async () => {
  const decrypt = (patience) => {
    const keys = new KeyCache(SECRET, 'sha256', 32, new Derivations(1, 300))
    const names = Array.from({ length: 1_000 }, (_, number) => ({ salt: Buffer.from(`salt ${number}`), rounds: 1 }))
    return Promise.allSettled(names.map((name) => keys.ofRecord(name, patience)))
  }
  const refused = (results) => results.filter(({ status }) => status === 'rejected').length
  assert.equal(refused(await decrypt(new Patience(Infinity, { inTurn: true }))), 0)
  assert.equal(refused(await decrypt(forever())), 1_000 - 300 - 1)
})
