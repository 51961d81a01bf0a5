'use strict'

// What a process hears of a store besides its answers.

const diagnostics = require('node:diagnostics_channel')

const METHODS = ['get', 'set', 'touch', 'destroy', 'all', 'length', 'clear']

/** Collects the warnings of the process, and the messages of every method's channel, until the test ends. */
function collectTold(t) {
  const told = []
  const take = (message) => told.push(message)
  process.on('warning', take)
  for (const method of METHODS) diagnostics.subscribe(`connect-mongo-native:${method}`, take)
  t.after(() => {
    process.off('warning', take)
    for (const method of METHODS) diagnostics.unsubscribe(`connect-mongo-native:${method}`, take)
  })
  return told
}

module.exports = { collectTold }
