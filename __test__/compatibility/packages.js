'use strict'

// The genuine packages and our counterparts. `makeStore` creates a store of either from one notation of the options.

const session = require('express-session')
const { recorded } = require('./harness.js')

const modern = {
  style: 'modern',
  ours: () => require('../../index.js'),
  urlOption: 'mongoUrl',
  collectionOption: 'collectionName',
}
const factory = {
  style: 'factory',
  ours: () => require('../../index.js')(session),
  urlOption: 'url',
  collectionOption: 'collection',
}

/** By major version of connect-mongo. `server` is the newest server that its driver supports, if not the usual one. */
const GENERATIONS = {
  6: { ...modern, genuine: () => require('connect-mongo-6').MongoStore },
  5: { ...modern, genuine: () => require('connect-mongo-5') },
  4: { ...modern, genuine: () => require('connect-mongo-4') },
  3: { ...factory, genuine: () => require('connect-mongo-3')(session) },
  1: { ...factory, genuine: () => require('connect-mongo-1')(session), server: '5.0' },
  0: { ...factory, genuine: () => require('connect-mongo-0')(session), server: '5.0' },
}

/**
 * Creates a store and records its events.
 * @param {number} generation
 * @param {'genuine' | 'ours'} side
 * @param {string} url
 * @param {object} options with `collectionName` for the name of the collection in all generations
 */
function makeStore(generation, side, url, options = {}) {
  const { urlOption, collectionOption, [side]: load } = GENERATIONS[generation]
  const { collectionName, ...others } = options
  const Store = recorded(load())
  return new Store({ [urlOption]: url, ...(collectionName && { [collectionOption]: collectionName }), ...others })
}

module.exports = { GENERATIONS, makeStore }
