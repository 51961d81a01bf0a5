// Copies the live sessions of connect-redis to MongoDB, with the time that is left to each of them.
//
//   npm install redis
//   REDIS_URL=redis://127.0.0.1:6379 MONGO_URL=mongodb://127.0.0.1:27017/app node examples/migrate-from-redis.mjs --dry-run
//
//   --dry-run        only counts
//   --prefix sess:   what the keys in Redis begin with
//   --options FILE   a module with the options of your MongoStore.create as its default export. It may also export the
//                    `parse` of connect-redis' option `serializer`
//
// You can run it again, and while the application runs with its new store. If a session is in both, the one that expires
// later stays: each use of a session moves its expiry. Nothing is removed from Redis. The exit code is 1 if a session could
// not be read.

import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import MongoStore from 'connect-mongo-native'
import { createClient } from 'redis'

const BATCH = 500
/** How much later a session must expire to count as newer, in ms. Redis rounds what it says of times. */
const TOLERANCE = 1000

const { values: given } = parseArgs({
  options: {
    'dry-run': { type: 'boolean', default: false },
    prefix: { type: 'string', default: 'sess:' },
    options: { type: 'string' },
  },
})
const module = given.options ? await import(pathToFileURL(path.resolve(given.options)).href) : {}
const options = module.default ?? { mongoUrl: process.env.MONGO_URL }
const parse = module.parse ?? JSON.parse
const target = options.collectionName ?? 'sessions'

const redis = createClient({ url: process.env.REDIS_URL, socket: { reconnectStrategy: false } })
redis.on('error', (error) => console.error(error.message))
await redis.connect()

// Sessions arrive in a collection of their own. MongoDB moves them from there in one step, which no write of the
// application can come between.
const arriving = MongoStore.create({ ...options, collectionName: `${target}_arriving_${randomUUID()}` })
const collection = await arriving.collectionP

const counts = { copied: 0, kept: 0, unreadable: 0 }
try {
  const pattern = `${given.prefix.replace(/[\\*?[\]]/g, '\\$&')}*`
  for await (const keys of redis.scanIterator({ MATCH: pattern, COUNT: BATCH })) {
    if (keys.length > 0) await copy(keys)
  }
} finally {
  await collection.drop()
  await arriving.close()
  await redis.close()
}
const verb = given['dry-run'] ? 'would be copied' : 'copied'
console.log(
  `${counts.copied} sessions ${verb}, ${counts.kept} kept as in MongoDB, ${counts.unreadable} could not be read`,
)
process.exitCode = counts.unreadable > 0 ? 1 : 0

/** Copies the sessions of some keys. */
async function copy(keys) {
  const [sessions, ends] = await Promise.all([redis.mGet(keys), endsOf(keys)])
  const arrivals = keys.map((key, index) => arrive(key.slice(given.prefix.length), sessions[index], ends[index]))
  const arrived = (await Promise.all(arrivals)).filter(Boolean).length

  const [newer] = await collection.aggregate([...onlyNewer(), { $count: 'sessions' }]).toArray()
  if (!given['dry-run']) await collection.aggregate([merge()]).toArray()
  const copied = newer?.sessions ?? 0
  counts.copied += copied
  counts.kept += arrived - copied
  await arriving.clear()
}

/** When keys expire, by the clock of Redis: how long its answer takes does not matter. Undefined for those that never do. */
async function endsOf(keys) {
  const transaction = redis.multi().time()
  for (const key of keys) transaction.pTTL(key)
  const [[seconds, microseconds], ...times] = await transaction.exec()
  const now = seconds * 1000 + microseconds / 1000
  return times.map((left) => (left < 0 ? undefined : new Date(now + left)))
}

/** Stores a session in the collection for arrivals. Resolves with whether it is there. */
async function arrive(sid, stored, expires) {
  if (stored === null) return false // it has expired meanwhile
  let session
  try {
    session = await parse(stored)
    if (typeof session.cookie !== 'object') throw new TypeError('not a session')
  } catch {
    counts.unreadable += 1
    return false
  }
  const { cookie } = session
  // A touch moves the expiry of the key alone. The cookie's, if it has one, may have passed long ago.
  if (cookie.expires && expires) cookie.expires = expires.toISOString()
  if (cookie.expires && new Date(cookie.expires) <= new Date()) return false
  await arriving.set(sid, session)
  // A cookie that ends with the browser keeps having no date. Only the document gets one.
  if (!cookie.expires && expires) await arriving.touch(sid, { cookie: { expires } })
  return true
}

/** The stages that leave the arrivals that expire later than what is in MongoDB. */
function onlyNewer() {
  return [
    { $lookup: { from: target, localField: '_id', foreignField: '_id', as: 'present' } },
    { $match: { $expr: isLater('$expires', { $first: '$present.expires' }) } },
  ]
}

/** The stage that puts the arrivals into the collection of sessions. */
function merge() {
  const whenMatched = [{ $replaceWith: { $cond: [isLater('$$new.expires', '$expires'), '$$new', '$$ROOT'] } }]
  return { $merge: { into: target, whenMatched } }
}

function isLater(one, other) {
  return { $gt: [one, { $add: [other, TOLERANCE] }] }
}
