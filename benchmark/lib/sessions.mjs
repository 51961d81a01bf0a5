// The sessions that are measured: of a given size, with content as in shops and portals, numbers and records as well as
// text. All peers get the same sessions.

import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'

/** @typedef {import('./types.js').Content} Content */
/** @typedef {import('./types.js').Session} SessionType */

/**
 * @type {{
 *   Cookie: new (options: { maxAge: number }) => { expires: Date | boolean | null },
 *   Session: new (req: object, data: object) => SessionType,
 * }}
 */
const { Cookie, Session } = createRequire(import.meta.url)('express-session')

/** The lifetime of a session, as its cookie has it, in ms. */
export const MAX_AGE = 14 * 24 * 3600 * 1000

const WORDS =
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et'.split(' ')

/**
 * How many sessions of a size are stored: so many that two operations in flight rarely use the same one.
 * @param {number} kb
 */
export function countOf(kb) {
  if (kb >= 1024) return 1
  return kb >= 100 ? 1000 : 10_000
}

/**
 * The ids of all sessions of a size: 32 characters, as express-session makes them.
 * @param {number} kb
 */
export function sidsOf(kb) {
  return Array.from({ length: countOf(kb) }, (_, key) => sidOf(kb, key))
}

/**
 * The id of a session.
 * @param {number} kb
 * @param {number} key
 */
export function sidOf(kb, key) {
  return createHash('sha256').update(`${kb} ${key}`).digest('base64url').slice(0, 32)
}

/**
 * A session as a request has it: a Session whose cookie expires.
 * @param {number} kb
 * @param {number} key checked by whoever reads the session
 */
export function sessionOf(kb, key) {
  const cookie = new Cookie({ maxAge: MAX_AGE })
  return new Session({}, { cookie, key, views: 0, ...contentOf(kb) })
}

/**
 * Text that is as irregular as real text.
 * @param {number} length in characters
 * @param {number} seed
 */
function text(length, seed) {
  let state = seed
  let words = ''
  while (words.length < length) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    words += `${WORDS[(state >>> 16) % WORDS.length]} `
  }
  return words.slice(0, length)
}

/** @param {number} index */
function item(index) {
  return {
    id: 1000 + index * 7,
    name: text(16, index),
    note: text(90, index + 1),
    price: index * 1.25 + 0.99,
    count: 1 + (index % 5),
  }
}

/** @type {Map<number, Content>} */
const contents = new Map()

/**
 * What is in a session besides its cookie and key: the same object for all sessions of a size.
 * @param {number} kb
 */
function contentOf(kb) {
  const content = contents.get(kb) ?? makeContent(kb)
  contents.set(kb, content)
  return content
}

/** @param {number} kb */
function makeContent(kb) {
  const cookie = new Cookie({ maxAge: MAX_AGE })
  /** @type {Content} */
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
