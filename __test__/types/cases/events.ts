// Events of a store.

import { EventEmitter } from 'node:events'
import type { SessionData } from 'express-session'
import { MongoStore } from 'connect-mongo-native'
import { expect, type Same } from '../expect.js'

const store = new MongoStore({ mongoUrl: 'mongodb://127.0.0.1/app' })
const emitter: EventEmitter = store
declare const session: SessionData

const same = store
  .on('create', (sid) => expect<Same<typeof sid, string>>())
  .once('update', (sid) => expect<Same<typeof sid, string>>())
  .addListener('set', (sid: string) => sid.length)
  .prependListener('get', () => {})
  .prependOnceListener('destroy', (sid) => sid.length)
  .on('touch', (sid, touched) => {
    expect<Same<typeof sid, string>>()
    expect<Same<typeof touched, SessionData>>()
  })
  .on('all', (sessions) => expect<Same<typeof sessions, SessionData[]>>())
  .on('connected', () => {})
  .off('create', (sid) => sid.length)
  .removeListener('update', (sid) => sid.length)
expect<Same<typeof same, typeof store>>()

// express-session listens to events that the store does not have. Applications may do the same.
store.on('disconnect', () => {})
store.on('anything', (first, second: number) => [first, second])
store.on(Symbol('mine'), () => {})
declare const name: string
store.on(name, (...args) => args.length)
emitter.on('create', (sid: string) => sid)
export const emitted: boolean[] = [
  store.emit('create', 'sid'),
  store.emit('touch', 'sid', session),
  store.emit('connected'),
  store.emit('mine', 1, 2, 3),
]

// @ts-expect-error a session id is a string
store.on('create', (sid: number) => sid)
// @ts-expect-error there is no more than the id
store.once('destroy', (sid, more) => more)
// @ts-expect-error the id is missing
store.emit('set')
// @ts-expect-error a listener is a function
store.on('set', 'listener')
