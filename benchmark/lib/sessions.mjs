// The sessions that are measured: of a given size, with what sessions of shops and portals hold, numbers and records as
// well as text. All peers get the same ones.

import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { Cookie, Session } = require('express-session')

/** The life of a session, as the cookie has it; in ms. */
export const MAX_AGE = 14 * 24 * 3600 * 1000

const WORDS =
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et'.split(' ')

/** How many sessions of `kb` are stored: so many that operations in flight hardly ever meet on one. */
export function countOf(kb) {
  if (kb >= 1024) return 1
  return kb >= 100 ? 1000 : 10_000
}

/** The ids of all sessions of `kb`: 32 characters, as express-session makes them. */
export function sidsOf(kb) {
  return Array.from({ length: countOf(kb) }, (_, key) => sidOf(kb, key))
}

/** The id of session `key` of `kb`. */
export function sidOf(kb, key) {
  return createHash('sha256').update(`${kb} ${key}`).digest('base64url').slice(0, 32)
}

/** The session `key` of `kb` as a request has it: a Session whose cookie expires. `key` is what a reader checks. */
export function sessionOf(kb, key, req = {}) {
  const cookie = new Cookie({ maxAge: MAX_AGE })
  return new Session(req, { cookie, key, views: 0, ...contentOf(kb) })
}

/** Text of `length` characters that is no more regular than text is. */
function text(length, seed) {
  let state = seed
  let words = ''
  while (words.length < length) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    words += `${WORDS[(state >>> 16) % WORDS.length]} `
  }
  return words.slice(0, length)
}

function item(index) {
  return {
    id: 1000 + index * 7,
    name: text(16, index),
    note: text(90, index + 1),
    price: index * 1.25 + 0.99,
    count: 1 + (index % 5),
  }
}

const contents = new Map()

/** What is in a session besides its cookie and key; the same object for all sessions of a size. */
function contentOf(kb) {
  if (!contents.has(kb)) contents.set(kb, makeContent(kb))
  return contents.get(kb)
}

function makeContent(kb) {
  const cookie = new Cookie({ maxAge: MAX_AGE })
  const content = { user: { id: 48_213, name: 'Ada Example', roles: ['reader', 'editor'] }, cart: [], returnTo: '' }
  const target = Math.round(kb * 1024)
  const missing = () => target - JSON.stringify({ cookie, key: 1234, views: 10, ...content }).length
  // The largest sessions hold one long text, such as a document that is being edited.
  if (kb < 1024) {
    const itemLength = JSON.stringify(item(100)).length + 1
    const items = Math.max(0, Math.floor(missing() / itemLength) - 1)
    content.cart = Array.from({ length: items }, (_, index) => item(index))
  }
  content.returnTo = text(Math.max(0, missing()), 42)
  return content
}
