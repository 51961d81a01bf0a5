'use strict'

// One connection string for the addon, from the application's string and its `mongoOptions`, or from the parts read
// off a client. What the drivers of npm take is taken here, by the table of `driver-options.js`. Nothing here quotes a
// credential in a message.

const { PARAMETERS, optionOf } = require('./driver-options.js')
const { withTls } = require('./tls.js')
const { DATABASE, PASSWORD, Refusal, USER, parametersOf } = require('./option-values.js')
const { warnOnce } = require('../common/warn.js')

/** The address, the credentials, the path and the options of a connection string; null when it is none. */
function split(uri) {
  // Drivers up to 2.x took the path of a socket as it is.
  const [, user = '', socket, rest = ''] =
    /^mongodb:\/\/(?:([^@/?]*)@)?(\/[^?]*?\.sock)((?:[/?].*)?)$/is.exec(uri) ?? []
  if (socket) return split(`mongodb://${user && `${user}@`}${encodeURIComponent(socket)}${rest}`)
  const [, scheme, authority, database = '', query = ''] =
    /^(mongodb(?:\+srv)?:\/\/)([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/is.exec(uri) ?? []
  // What looks like the port may be a password with a "/" or "?" in it: nothing of such a string is touched or quoted.
  const hosts = authority?.slice(authority.lastIndexOf('@') + 1).split(',') ?? []
  if (scheme === undefined || hosts.some((host) => !/^(?:\[[^\]]*\]|[^:]*)(?::\d*)?$/.test(host))) return null
  return { scheme, authority, database, query }
}

/** The names and values of a query. The old drivers took semicolons, too. */
function pairsOf(query) {
  return query
    .split(/&|;(?=[a-z_]+=)/i)
    .filter(Boolean)
    .map((pair) => {
      const [[name, value]] = new URLSearchParams(pair)
      return [name, value]
    })
}

/** A connection string from its parts and a Map of parameters, each of which has a list of texts. */
function join({ scheme, authority, database, parameters }) {
  const query = [...parameters]
    .flatMap(([name, texts]) => texts.map((text) => `${name}=${encodeURIComponent(text)}`))
    .join('&')
  return `${scheme}${authority}/${database}${query && `?${query}`}`
}

/** What is given, in the order in which later ones win: the connection string, groups inside the options, the options. */
function stagesOf(query, mongoOptions = {}) {
  const groups = []
  const flat = (options, path) =>
    Object.entries(options)
      .filter(([name, value]) => {
        if (value === undefined || value === null) return false
        if (!optionOf(name)?.group) return true
        if (typeof value === 'object') groups.push(flat(value, `${path}.${name}`))
        return false
      })
      .map(([name, value]) => ({ name, value, label: `${path}.${name}` }))
  const top = flat(mongoOptions ?? {}, 'mongoOptions')
  const string = pairsOf(query).map(([name, value]) => ({
    name,
    value,
    label: `The option ${name} of the connection string`,
    inString: true,
  }))
  return [string, ...groups, top]
}

/** What a parameter comes to, as the last stage that says something of it has it. */
function settled(key, stages) {
  const values = stages.map((stage) =>
    parametersOfStage(
      stage.filter(({ name }) => optionOf(name)?.to?.[0] === key),
      { hasTls: true, ignored: [] },
    ).get(key),
  )
  return values.findLast((value) => value !== undefined)?.[0]
}

/** What other options depend on: whether there is TLS, and whether certificates are checked. */
function contextOf(scheme, stages) {
  return {
    hasTls: (settled('tls', stages) ?? String(scheme.toLowerCase().includes('+srv'))) === 'true',
    isVerified: !['tlsInsecure', 'tlsAllowInvalidCertificates'].some((key) => settled(key, stages) === 'true'),
    /** The names of options that say how TLS is done, where there is none. */
    ignored: [],
  }
}

function refuse(label, why) {
  throw new TypeError(`${label} is not supported by connect-mongo-native: ${why}`)
}

/** Of one given option, the parameters that it stands for; none when it is without effect. */
function carry({ name, value, label, inString }, { hasTls, isVerified, ignored }) {
  const option = optionOf(name)
  if (option === undefined) {
    // A misspelt option of security must not end in a connection without it.
    if (!inString || /^(tls|ssl|auth)/i.test(name)) refuse(label, 'no driver of MongoDB for Node knows it')
    warnOnce(`${label} is unknown and has no effect`, 'MONGO_STORE_OPTION')
    return []
  }
  if (option.group || option.gone) return []
  if (option.tlsOnly && !hasTls) {
    ignored.push(name)
    return []
  }
  // Without a look at the certificate there is none at the name in it.
  if (option.refused && !isVerified && ['tlsAllowInvalidHostnames', 'checkServerIdentity'].includes(option.name))
    return []
  if (option.refused) return option.harmless?.(value) ? [] : refuse(label, option.refused)
  try {
    return parametersOf(option, value).map(([key, ...texts]) => ({
      key,
      texts,
      isAlias: option.name.toLowerCase() !== key.toLowerCase(),
    }))
  } catch (error) {
    if (error instanceof Refusal) refuse(label, error.message)
    throw error
  }
}

/**
 * The parameters of one stage. An option's own name wins over its older ones.
 * @returns {Map<string, Array>} lists of texts; an empty one says that the parameter is to be absent
 */
function parametersOfStage(stage, context) {
  const carried = stage.flatMap((given) => carry(given, context))
  const parameters = new Map()
  for (const { key, texts } of [
    ...carried.filter(({ isAlias }) => !isAlias),
    ...carried.filter(({ isAlias }) => isAlias),
  ]) {
    const known = parameters.get(key)
    if (known === undefined) parameters.set(key, texts)
    else if (key === 'readPreferenceTags') known.push(...texts)
    // What is checked in one way is not left unchecked because of another.
    else if (key === 'tlsAllowInvalidCertificates' && texts.length === 0) parameters.set(key, texts)
    // The addon refuses a parameter that comes twice, as the drivers refuse tls=true with ssl=false.
    else if (key === 'tls' && known[0] !== texts[0]) known.push(...texts)
  }
  return parameters
}

function merged(stages) {
  const parameters = new Map()
  for (const stage of stages) {
    for (const [key, texts] of stage) {
      const known = parameters.get(key)
      const conflicts = key === 'tls' && known && known[0] !== texts[0]
      parameters.set(key, conflicts ? [...known, ...texts] : texts)
    }
  }
  return parameters
}

/**
 * The application's connection string with its `mongoOptions` in it; an option wins over the same one in the string.
 * A string that is none is left for the addon to refuse, when it connects.
 * @throws {TypeError} that names an option which can't be carried
 */
function withOptions(uri, mongoOptions) {
  const parts = split(uri)
  if (parts === null) return uri
  const stages = stagesOf(parts.query, mongoOptions)
  const context = contextOf(parts.scheme, stages)
  const given = merged(stages.map((stage) => parametersOfStage(stage, context)))
  if (context.ignored.length > 0)
    warnOnce(`Without tls=true these options have no effect: ${context.ignored.join(', ')}`, 'MONGO_STORE_OPTION')
  withoutOrphans(given)
  const parameters = new Map([...(context.hasTls ? withTls(given) : given)].filter(([key]) => key in PARAMETERS))
  const [user] = given.get(USER) ?? []
  const [password] = given.get(PASSWORD) ?? []
  const [database] = given.get(DATABASE) ?? []
  const authority = user === undefined ? parts.authority : withCredentials(parts.authority, user, password)
  return join({
    scheme: parts.scheme,
    authority: given.get('authMechanism')?.[0] === 'MONGODB-X509' ? withoutUser(authority) : authority,
    database: database === undefined ? parts.database : encodeURIComponent(database),
    parameters,
  })
}

/** Takes out what the drivers of npm leave alone and the addon's refuses, since it refers to something that is not given. */
function withoutOrphans(given) {
  if (!given.get('readPreference')?.length) {
    given.delete('readPreferenceTags')
    given.delete('maxStalenessSeconds')
  }
}

function withCredentials(authority, user, password) {
  const credentials = [user, password]
    .filter((part) => part !== undefined)
    .map(encodeURIComponent)
    .join(':')
  return `${credentials}@${authority.slice(authority.lastIndexOf('@') + 1)}`
}

/** The certificate says who the user is; the addon's driver names it besides, in a way that servers do not understand. */
function withoutUser(authority) {
  return authority.replace(/^[^:@]*:?@/, '')
}

/**
 * A connection string from its parts, all of them unescaped.
 * @throws {TypeError} as {@link withOptions}
 */
function fromParts({ hosts, user, password, database = '', options }) {
  const host = hosts.map((name) => (name.startsWith('/') ? encodeURIComponent(name) : name)).join(',')
  const authority = user === undefined ? host : withCredentials(host, user, password)
  return withOptions(`mongodb://${authority}/${encodeURIComponent(database)}`, options)
}

/** How long the servers have for an operation before it fails, in milliseconds, by default: 30 s to find one, 10 to answer. */
const DEFAULT_TIMES = { serverSelectionTimeoutMS: 30_000, socketTimeoutMS: 10_000 }
/** The longest time that the addon takes, about 49 days. */
const LONGEST_TIME = 2 ** 32 - 1

/**
 * Takes the time limit of operations out of a connection string: `timeoutMS`, or else the time to find a server and the
 * time that it has to answer.
 * @param {string} uri of {@link withOptions}
 * @returns {{uri: string, timeLimitMs: number, selectionLimitMs: number}} the last one is how long a server is looked for
 */
function takeTimeLimit(uri) {
  const parts = split(uri)
  if (parts === null) {
    const { serverSelectionTimeoutMS: selectionLimitMs, socketTimeoutMS } = DEFAULT_TIMES
    return { uri, timeLimitMs: selectionLimitMs + socketTimeoutMS, selectionLimitMs }
  }
  const times = { ...DEFAULT_TIMES }
  const others = []
  for (const [name, value] of pairsOf(parts.query)) {
    if (['timeoutMS', 'serverSelectionTimeoutMS', 'socketTimeoutMS'].includes(name) && value > 0)
      times[name] = Number(value)
    if (!['timeoutMS', 'socketTimeoutMS'].includes(name)) others.push([name, [value]])
  }
  const { timeoutMS = times.serverSelectionTimeoutMS + times.socketTimeoutMS } = times
  const timeLimitMs = Math.min(timeoutMS, LONGEST_TIME)
  return {
    uri: join({ ...parts, parameters: others }),
    timeLimitMs,
    selectionLimitMs: Math.min(times.serverSelectionTimeoutMS, timeLimitMs),
  }
}

/** The hosts of a connection string, and `option(name)`, the text of an option in it. Of one that can't be read, nothing. */
function readUri(uri) {
  const { scheme = '', authority = '', query = '' } = split(uri) ?? {}
  // With an "@" behind them, what looks like the hosts may be a name and the beginning of a password.
  const isClear = !uri.slice(scheme.length + authority.length).includes('@')
  const options = new Map(pairsOf(query).map(([name, value]) => [name.toLowerCase(), value]))
  return {
    hosts: isClear
      ? authority
          .slice(authority.lastIndexOf('@') + 1)
          .split(',')
          .filter(Boolean)
      : [],
    option: (name) => options.get(name.toLowerCase()),
  }
}

module.exports = { withOptions, fromParts, readUri, takeTimeLimit }
