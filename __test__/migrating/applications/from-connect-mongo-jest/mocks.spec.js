/* global beforeEach, describe, expect, it, jest */
'use strict'

// How applications keep connect-mongo away from a database in their tests.

const session = require('express-session')

describe('an application that mocks connect-mongo', () => {
  // A factory stays in force for the tests after it.
  beforeEach(() => jest.resetModules())

  it('automatically', () => {
    jest.doMock('connect-mongo')
    const { MongoStore } = require('connect-mongo')
    MongoStore.create.mockReturnValue(new session.MemoryStore())
    expect(MongoStore.create({ mongoUrl: 'mongodb://nowhere/' })).toBeInstanceOf(session.MemoryStore)
  })

  it('by a factory', () => {
    jest.doMock('connect-mongo', () => ({ create: jest.fn(() => new session.MemoryStore()) }))
    const MongoStore = require('connect-mongo')
    expect(MongoStore.create({ mongoUrl: 'mongodb://nowhere/' })).toBeInstanceOf(session.MemoryStore)
    expect(MongoStore.create).toHaveBeenCalledTimes(1)
  })

  it('by a spy', () => {
    jest.dontMock('connect-mongo')
    const { MongoStore } = require('connect-mongo')
    const spy = jest.spyOn(MongoStore, 'create').mockReturnValue(new session.MemoryStore())
    expect(MongoStore.create({ mongoUrl: 'mongodb://nowhere/' })).toBeInstanceOf(session.MemoryStore)
    spy.mockRestore()
    expect(() => MongoStore.create({})).toThrow('You must provide either mongoUrl|clientPromise|client in options')
  })
})
