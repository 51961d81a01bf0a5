'use strict'

// The genuine packages and their counterparts here: how a store of each is made, from one way of writing the options.

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

/** By the major version of connect-mongo. `server` is the newest that its driver speaks to, if that is not the usual one. */
const GENERATIONS = {
  6: { ...modern, genuine: () => require('connect-mongo-6').MongoStore },
  5: { ...modern, genuine: () => require('connect-mongo-5') },
  3: { ...factory, genuine: () => require('connect-mongo-3')(session) },
  1: { ...factory, genuine: () => require('connect-mongo-1')(session), server: '5.0' },
}

/**
 * A store whose events are recorded.
 * @param {number} generation
 * @param {'genuine' | 'ours'} side
 * @param {string} url
 * @param {object} options with `collectionName` for the collection in all generations
 */
function makeStore(generation, side, url, options = {}) {
  const { urlOption, collectionOption, [side]: load } = GENERATIONS[generation]
  const { collectionName, ...others } = options
  const Store = recorded(load())
  return new Store({ [urlOption]: url, ...(collectionName && { [collectionOption]: collectionName }), ...others })
}

module.exports = { GENERATIONS, makeStore }
