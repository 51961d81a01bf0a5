'use strict'

// The store by itself, without Express: each method returns a promise when it is given no callback, and the store emits
// an event for each operation.
//
//   npm install connect-mongo-native
//   MONGO_URL=mongodb://127.0.0.1:27017/examples node examples/promises.js

const { randomUUID } = require('node:crypto')
const MongoStore = require('connect-mongo-native')

async function main() {
  const store = MongoStore.create({
    mongoUrl: process.env.MONGO_URL || 'mongodb://127.0.0.1:27017/examples',
    collectionName: 'promise_sessions',
    ttl: 60, // seconds
  })

  // `create` or `update` tells an insert from a change; `set` follows both.
  for (const event of ['create', 'update', 'set', 'get', 'touch', 'destroy']) {
    store.on(event, () => console.log(`  event: ${event}`))
  }

  try {
    const sid = randomUUID()
    const session = { cookie: { originalMaxAge: null, path: '/', httpOnly: true }, name: 'Ada', visits: 1 }

    console.log('set, for the first time')
    await store.set(sid, session)

    console.log('set, again')
    await store.set(sid, { ...session, visits: 2 })

    console.log('get')
    const loaded = await store.get(sid)
    console.log(`  ${loaded.name} came ${loaded.visits} times`)

    console.log('touch')
    await store.touch(sid, loaded)

    console.log('destroy')
    await store.destroy(sid)

    // A session that is not there is no error: the promise gives nothing.
    console.log('get, after destroy')
    console.log(`  found: ${Boolean(await store.get(sid))}`)
  } finally {
    await store.close()
  }
}

main().catch((err) => {
  console.error(err)
  process.exitCode = 1
})
