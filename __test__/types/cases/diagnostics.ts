// The message of a diagnostics channel.

import { subscribe } from 'node:diagnostics_channel'
import type { OperationMessage } from 'connect-mongo-native'
import { expect, type Same } from '../expect.js'

subscribe('connect-mongo-native:get', (message) => {
  const { operation, database, collection, duration, error } = message as OperationMessage
  expect<Same<typeof duration, number>>()
  expect<Same<typeof database, string | undefined>>()
  expect<Same<typeof collection, string>>()
  expect<Same<typeof error, Error | null | undefined>>()
  if (operation === 'removeExpired') return
  // @ts-expect-error there is no such operation
  if (operation === 'find') return
})
