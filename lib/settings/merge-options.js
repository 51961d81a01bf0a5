'use strict'

// Merges the options of a connection string and of `mongoOptions` into parameters for the addon. It accepts what the
// drivers of npm accept, according to the table in `driver-options.js`, and refuses what the addon can't do. No message
// here quotes a value, which may be a credential.

const { optionOf } = require('./driver-options.js')
const { parametersOf } = require('./option-values.js')
const { Refusal } = require('./parameters.js')
const { pairsOf } = require('./uri.js')
const { warnOnce } = require('../common/warn.js')
const { theOptions } = require('../common/words.js')

/** @import { Parameters, Text } from './parameters.js' */

/**
 * An option as it was given.
 * @typedef {object} Given
 * @property {string} name
 * @property {unknown} value neither undefined nor null
 * @property {string} label the option's name in messages
 * @property {boolean} [inString] whether it is part of the connection string
 */

/**
 * What other options depend on.
 * @typedef {object} Context
 * @property {boolean} hasTls
 * @property {boolean} isVerified whether certificates are checked
 * @property {string[]} ignored collects the names of TLS options if there is no TLS
 */

/**
 * The given options, in stages. Later stages override earlier ones: the connection string, groups of options, single
 * options.
 * @param {string} query
 * @param {object} mongoOptions
 * @returns {Given[][]}
 */
function stagesOf(query, mongoOptions) {
  /** @type {Given[][]} */
  const groups = []
  // If an "@" follows, what looks like the name of an option may be a part of the password.
  const isClear = !query.includes('@')
  const string = pairsOf(query).map(([name, value]) => ({
    name,
    value,
    label: `${isClear ? `The option ${name}` : 'An option'} of the connection string`,
    inString: true,
  }))
  const single = withoutGroups(mongoOptions, 'mongoOptions', groups)
  return [string, ...groups, single]
}

/**
 * Returns the options that are not groups. The contents of groups go to `groups`, the innermost first.
 * @param {object} options
 * @param {string} path of the options, for messages
 * @param {Given[][]} groups
 * @returns {Given[]}
 */
function withoutGroups(options, path, groups) {
  /** @type {Given[]} */
  const single = []
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === null) continue
    const label = `${path}.${name}`
    if (!optionOf(name)?.group) single.push({ name, value, label })
    else if (typeof value === 'object') groups.push(withoutGroups(value, label, groups))
  }
  return single
}

/**
 * @param {string} scheme
 * @param {Given[][]} stages
 * @returns {Context}
 */
function contextOf(scheme, stages) {
  const isSeedList = scheme.toLowerCase().includes('+srv')
  return {
    hasTls: (settled('tls', stages) ?? String(isSeedList)) === 'true',
    isVerified: !['tlsInsecure', 'tlsAllowInvalidCertificates'].some((key) => settled(key, stages) === 'true'),
    ignored: [],
  }
}

/**
 * The text of a parameter in the last stage that sets it.
 * @param {string} key
 * @param {Given[][]} stages
 */
function settled(key, stages) {
  const values = stages.map((stage) =>
    parametersOfStage(
      stage.filter(({ name }) => optionOf(name)?.to?.[0] === key),
      { hasTls: true, isVerified: true, ignored: [] },
    ).get(key),
  )
  return values.reverse().find((texts) => texts !== undefined)?.[0]
}

/**
 * The parameters of one stage. The current name of an option wins over its older names.
 * @param {Given[]} stage
 * @param {Context} context
 * @returns {Parameters}
 */
function parametersOfStage(stage, context) {
  const carried = stage.flatMap((given) => carry(given, context))
  /** @type {Parameters} */
  const parameters = new Map()
  for (const { key, texts } of [
    ...carried.filter(({ isAlias }) => !isAlias),
    ...carried.filter(({ isAlias }) => isAlias),
  ]) {
    const known = parameters.get(key)
    if (known === undefined) parameters.set(key, texts)
    else if (key === 'readPreferenceTags') known.push(...texts)
    // If one option checks certificates, another one must not turn the check off.
    else if (key === 'tlsAllowInvalidCertificates' && texts.length === 0) parameters.set(key, texts)
    // The addon refuses a repeated parameter, as the drivers refuse tls=true with ssl=false.
    else if (key === 'tls' && known[0] !== texts[0]) known.push(...texts)
  }
  return parameters
}

/**
 * The parameters that one given option sets; none if it has no effect.
 * @param {Given} given
 * @param {Context} context
 * @returns {{key: string, texts: Text[], isAlias: boolean}[]} `isAlias`: the option has another name than the parameter
 */
function carry({ name, value, label, inString }, { hasTls, isVerified, ignored }) {
  const option = optionOf(name)
  if (option === undefined) {
    // A misspelt security option must not lead to a connection without it.
    if (!inString || /^(tls|ssl|auth)/i.test(name)) throw refusal(label, 'no driver of MongoDB for Node knows it')
    warnOnce(`${label} is unknown and has no effect`, 'MONGO_STORE_OPTION')
    return []
  }
  if (option.group || option.gone) return []
  if (option.tlsOnly && !hasTls) {
    ignored.push(name)
    return []
  }
  if (option.refused) {
    // If certificates are not checked, neither are their host names.
    if (!isVerified && ['tlsAllowInvalidHostnames', 'checkServerIdentity'].includes(option.name)) return []
    if (option.takes?.[1](value)) return []
    throw refusal(label, `${option.refused}; ${option.remedy}`)
  }
  try {
    return parametersOf(option, value).map(([key, ...texts]) => ({
      key,
      texts,
      isAlias: option.name.toLowerCase() !== key.toLowerCase(),
    }))
  } catch (error) {
    if (error instanceof Refusal) throw refusal(label, error.message)
    throw error
  }
}

/**
 * @param {string} label
 * @param {string} why
 */
function refusal(label, why) {
  return new TypeError(`${label} is not supported by connect-mongo-native: ${why}`)
}

/**
 * The parameters of all stages together.
 * @param {Given[][]} stages
 * @param {Context} context
 * @returns {Parameters}
 */
function merge(stages, context) {
  /** @type {Parameters} */
  const parameters = new Map()
  for (const stage of stages) {
    for (const [key, texts] of parametersOfStage(stage, context)) {
      const known = parameters.get(key)
      const conflicts = key === 'tls' && known && known[0] !== texts[0]
      parameters.set(key, conflicts ? [...known, ...texts] : texts)
    }
  }
  return parameters
}

/**
 * The parameters of a connection, and whether it has TLS.
 * @param {string} scheme of the connection string
 * @param {string} query of the connection string
 * @param {object} [mongoOptions] the application's; they win over the connection string
 * @returns {{given: Parameters, hasTls: boolean}}
 * @throws {TypeError} that names an option which can't be carried
 */
function mergeOptions(scheme, query, mongoOptions) {
  const stages = stagesOf(query, mongoOptions ?? {})
  const context = contextOf(scheme, stages)
  const given = merge(stages, context)
  const { hasTls, ignored } = context
  if (ignored.length > 0)
    warnOnce(`${theOptions(ignored, 'has', 'have')} no effect without tls=true`, 'MONGO_STORE_OPTION')
  // The drivers of npm ignore these without a read preference. The addon's driver would refuse them.
  if (!given.get('readPreference')?.length) {
    given.delete('readPreferenceTags')
    given.delete('maxStalenessSeconds')
  }
  return { given, hasTls }
}

module.exports = { mergeOptions }
