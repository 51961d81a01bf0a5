'use strict'

// Deliberate differences of the constructors, by the name of the options to try (`construction.js`).
//
// `genuine` and `ours` are 'accepts' or an error. `ours` may also be a function that maps the genuine outcome to ours.
// `in` lists the releases; the default is all.

const error = (name, message, code) => ({ '<Error>': code === undefined ? { name, message } : { name, message, code } })

const MODERN = [6, 5]
const FACTORY = [3, 1]

const REQUIRED = 'You must provide either mongoUrl|clientPromise|client in options'
const UNABLE = 'Cannot init client. Please provide correct options'
const NO_STRATEGY = error('Error', 'Connection strategy not found')
const NO_CONNECTION = {
  6: error('AssertionError', REQUIRED, 'ERR_ASSERTION'),
  5: error('Error', UNABLE),
  3: NO_STRATEGY,
  1: NO_STRATEGY,
}

const WRONG = 'a wrong value is refused at once, with the name of the option, instead of failing sessions later'
const UNENCRYPTED = 'sessions must not be stored unencrypted where encryption is asked for'
const ADAPTER = { encrypt: '<function>', decrypt: '<function>' }
const asserted = (message) => error('AssertionError', message, 'ERR_ASSERTION')

/** By name: the message of our TypeError for a value that the genuine store accepts. */
const REFUSED = {
  'ttl: NaN': 'The option ttl must be a finite number, not NaN',
  'ttl: Infinity': 'The option ttl must be a finite number, not Infinity',
  'collectionName: empty': 'The option collectionName must be a non-empty string, not an empty string',
  'collectionName: a number': 'The option collectionName must be a non-empty string, not 5',
  'ttl: -1': 'The option ttl must be at least 0 seconds',
  'touchAfter: text': 'The option touchAfter must be a finite number, not a string',
  'autoRemoveInterval: -1': 'The option autoRemoveInterval must be at least 0 minutes',
  'transformId: text': 'The option transformId must be a function, not a string',
  'serialize: text': 'The option serialize must be a function, not a string',
  'writeOperationOptions: text': 'The option writeOperationOptions must be an object, not a string',
}

const inParts = (names) =>
  error('Error', `${names} cannot make a connection. Use mongoUrl, such as mongodb://user:password@host:27017/database`)

/** By name: the outcomes of our modern store and our factory's. No genuine store of any release finds a connection. */
const OTHER_CONNECTION = {
  'only a name of a database': [inParts('The option db'), 'accepts'],
  'only a host': [
    inParts('The options host, port'),
    error('Error', 'Required MongoStore option `db` missing or is not a string.'),
  ],
}

const perRelease = (tried, why, genuine, ours) =>
  Object.keys(genuine).map((release) => ({ tried, why, in: [Number(release)], genuine: genuine[release], ours }))

const KNOWN_CONSTRUCTION = [
  ...Object.entries(REFUSED).map(([tried, message]) => ({
    tried,
    why: WRONG,
    // A factory ignores the option, as the genuine ones do.
    ...(tried.startsWith('collectionName') && { in: MODERN }),
    genuine: 'accepts',
    ours: error('TypeError', message),
  })),
  {
    tried: 'autoRemoveInterval: 71583',
    why: 'a timer takes no longer interval (5.x prints the text of this error, and goes on)',
    in: [5],
    genuine: 'accepts',
    ours: asserted(
      'autoRemoveInterval is too large. options.autoRemoveInterval is in minutes but not seconds nor mills',
    ),
  },
  {
    tried: 'autoRemoveInterval: 71583',
    why: 'a timer takes no longer interval',
    in: FACTORY,
    genuine: 'accepts',
    ours: error('TypeError', 'The option autoRemoveInterval must be at most 71582 minutes'),
  },
  ...['createAutoRemoveIdx: true', 'createAutoRemoveIdx: false'].map((tried) => ({
    tried,
    why: '5.x prints the text of this error, and goes on',
    in: [5],
    genuine: 'accepts',
    ours: asserted('options.createAutoRemoveIdx has been reverted to autoRemove and autoRemoveInterval'),
  })),

  // Values that the factory's store keeps unchanged.
  {
    tried: 'ttl as text',
    why: 'a number that was given as text is public as a number',
    in: FACTORY,
    genuine: 'accepts',
    ours: (genuine) => ({ ...genuine, ttl: 60 }),
  },
  {
    tried: 'autoRemove: another',
    why: 'an unknown mode is public as what it means',
    in: FACTORY,
    genuine: 'accepts',
    ours: (genuine) => ({ ...genuine, autoRemove: 'disabled' }),
  },

  {
    tried: 'timestamps: text',
    why: WRONG,
    in: MODERN,
    genuine: 'accepts',
    ours: error('TypeError', 'The option timestamps must be true or false, not a string'),
  },

  // Encryption.
  {
    tried: 'crypto',
    why: 'the secret is not printed with the options',
    in: [6],
    genuine: 'accepts',
    ours: ({ options }) => ({ options: { ...options, crypto: {} } }),
  },
  {
    tried: 'crypto',
    why: 'the secret is not printed with the options, and the adapter of 6.0 is public',
    in: [5],
    genuine: 'accepts',
    ours: ({ options, ...others }) => ({ options: { ...options, crypto: {}, cryptoAdapter: ADAPTER }, ...others }),
  },
  {
    tried: 'secret',
    why: 'new in 3.0: every factory has it, and does not keep it with the options',
    in: [1],
    genuine: 'accepts',
    ours: ({ options: { secret: _, ...options }, ...others }) => ({ options, ...others }),
  },
  {
    tried: 'crypto: {}',
    why: UNENCRYPTED,
    in: [5],
    genuine: 'accepts',
    ours: error('Error', 'createKrupteinAdapter requires a non-empty secret'),
  },
  {
    tried: 'crypto: null',
    why: 'null means that an option is not given',
    in: [6],
    genuine: error('TypeError', "Cannot read properties of null (reading 'secret')"),
    ours: 'accepts',
  },
  {
    tried: 'crypto and cryptoAdapter',
    why: 'refused as 6.0 does',
    in: [5],
    genuine: 'accepts',
    ours: error('Error', 'Provide either the legacy crypto option or cryptoAdapter, not both'),
  },

  // Connections.
  ...['undefined', 'null'].map((value) => ({
    tried: value === 'undefined' ? 'no options' : 'null as options',
    why: 'the error says what is missing, after the text of the genuine one',
    in: MODERN,
    genuine: error('TypeError', `Cannot read properties of ${value} (reading 'collectionName')`),
    ours: error(
      'TypeError',
      `Cannot read properties of ${value} (reading 'collectionName'): MongoStore needs an options object`,
    ),
  })),
  ...perRelease(
    'empty options',
    'one message carries the texts of 5.x and 6.0',
    { 6: NO_CONNECTION[6], 5: NO_CONNECTION[5] },
    asserted(`${UNABLE}: ${REQUIRED}`),
  ),
  ...perRelease(
    'an empty URL',
    'the error says which option has no value, after the texts of 5.x and 6.0',
    { 6: NO_CONNECTION[6], 5: NO_CONNECTION[5] },
    asserted(`${UNABLE}: ${REQUIRED}. The option mongoUrl is an empty string`),
  ),
  ...perRelease(
    'an empty URL',
    'the error says which option has no value, after the genuine text',
    { 3: NO_STRATEGY, 1: NO_STRATEGY },
    error('Error', 'Connection strategy not found: The option url is an empty string'),
  ),
  ...perRelease(
    'a number as options',
    WRONG,
    { 3: NO_STRATEGY, 1: NO_STRATEGY },
    error('Error', 'Connection strategy not found: the options must be an object, not a number'),
  ),
  ...perRelease(
    'a number as options',
    WRONG,
    { 6: NO_CONNECTION[6], 5: NO_CONNECTION[5] },
    error('TypeError', 'The options of MongoStore must be an object, not a number'),
  ),
  ...Object.entries(OTHER_CONNECTION).flatMap(([tried, [modern, factory]]) => [
    ...perRelease(
      tried,
      'whoever moves from 0.x is told what takes the place of these options',
      { 6: NO_CONNECTION[6], 5: NO_CONNECTION[5] },
      modern,
    ),
    ...perRelease(
      tried,
      'the factory takes the connection in parts, as 0.x did',
      { 3: NO_STRATEGY, 1: NO_STRATEGY },
      factory,
    ),
  ]),
  ...perRelease(
    'a client that is none',
    WRONG,
    {
      6: 'accepts',
      5: 'accepts',
      3: error('TypeError', 'options.client.isConnected is not a function'),
      1: NO_STRATEGY,
    },
    error('TypeError', 'The option client must be an object, not 5'),
  ),
  ...perRelease(
    'a promise that is none',
    WRONG,
    {
      6: error('TypeError', '_clientP.then is not a function'),
      5: error('TypeError', '_clientP.then is not a function'),
      3: error('TypeError', 'options.clientPromise.then is not a function'),
      1: NO_STRATEGY,
    },
    error('TypeError', 'The option clientPromise must be a promise'),
  ),
  ...perRelease(
    'a promise of a Db that is none',
    WRONG,
    { ...NO_CONNECTION, 1: error('TypeError', 'options.dbPromise.then is not a function') },
    error('TypeError', 'The option dbPromise must be a promise'),
  ),
  ...perRelease(
    'a mongoose connection that is none',
    WRONG,
    {
      6: NO_CONNECTION[6],
      5: NO_CONNECTION[5],
      3: error('TypeError', 'options.mongooseConnection.once is not a function'),
      1: error('TypeError', 'options.mongooseConnection.once is not a function'),
    },
    error('TypeError', 'The given mongooseConnection is not a connection of mongoose'),
  ),
]

module.exports = { KNOWN_CONSTRUCTION }
