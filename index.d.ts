// Types of `require('connect-mongo-native')`: one value that is a class, a factory and its own default export.
// They stand alone: of the packages around (express-session, mongodb, mongoose) none needs to be installed, and every
// version that is installed fits, because what is asked of its objects is described by shape. Only @types/node is needed.

import { EventEmitter } from 'node:events'

/**
 * The factory of connect-mongo 0.8 to 3.x: makes a store class for the session package of the application.
 *
 * Each call makes a new class, which derives from the `Store` of `host`. Throws a `TypeError` when `host` has none, for
 * instance because it is `express` 4 or 5 rather than `express-session`.
 *
 * ```js
 * const MongoStore = require('connect-mongo-native')(require('express-session'))
 * app.use(session({ store: new MongoStore({ url: 'mongodb://localhost/app' }) }))
 * ```
 *
 * @param host `express-session`, or an older `connect` or `express` that still has a `session` member
 */
declare function MongoStore(host: MongoStore.SessionStoreHost): MongoStore.LegacyMongoStoreConstructor

/**
 * Keeps the sessions of express-session in a MongoDB collection.
 *
 * ```js
 * app.use(session({ store: MongoStore.create({ mongoUrl: 'mongodb://localhost/app' }) }))
 * ```
 *
 * Every method takes a callback as its last argument, or gives a promise when there is none. Both wait for the
 * connection, which the constructor starts.
 *
 * @typeParam T shape of a session; what the application added to `SessionData` of express-session, unless given
 */
declare class MongoStore<T extends MongoStore.SessionData = MongoStore.SessionData> extends EventEmitter {
  /** Throws when no connection option is given, or when an option has a value that cannot work. */
  constructor(options: MongoStore.ConnectMongoOptions<T>)

  /** The same as `new MongoStore(options)`. */
  static create<U extends MongoStore.SessionData = MongoStore.SessionData>(
    options: MongoStore.ConnectMongoOptions<U>,
  ): MongoStore<U>

  /** Throws: express-session calls it when it is given the class in the place of a store. */
  static on(...args: any[]): never

  /** An adapter that encrypts as the option `crypto` does. Throws without a secret. */
  static createKrupteinAdapter(options: MongoStore.CryptoOptions): MongoStore.CryptoAdapter

  /** An adapter that encrypts by the means of Web Crypto, with one key for all sessions. Throws without a secret. */
  static createWebCryptoAdapter(options: MongoStore.WebCryptoAdapterOptions): MongoStore.CryptoAdapter

  /** The adapter of the options `crypto` and `cryptoAdapter`; null without. */
  readonly cryptoAdapter: MongoStore.CryptoAdapter | null

  /** The options in force: those given, with the defaults filled in and without secrets that would be printed. */
  readonly options: MongoStore.ConnectMongoOptions<T>

  /** Name of the collection. */
  readonly collectionName: string

  /** Lifetime in seconds of a session whose cookie has no `expires`. */
  readonly ttl: number

  /** How expired sessions are removed. */
  readonly autoRemove: MongoStore.AutoRemoveMode

  /** Minutes between two removals, for `autoRemove: 'interval'`. */
  readonly autoRemoveInterval: number

  /** How a session becomes the stored value, and back. */
  transformFunctions: {
    serialize: MongoStore.Serialize<T>
    unserialize: MongoStore.Unserialize
  }

  /** The write concern of the store's own writes; empty when none was given. */
  readonly writeOperationOptions: MongoStore.WriteConcernLike

  /**
   * The timer of `autoRemove: 'interval'`, and of `'native'` where there is no TTL index; otherwise undefined, as after
   * `close()`.
   */
  readonly timer?: NodeJS.Timeout | undefined

  /**
   * The given `MongoClient`, or one that is made when it is first asked for, with the application's `mongodb` package, or
   * else with the store's own. Closing the one that was made closes the store. Undefined as long as a connection given as
   * a promise is not there, and with drivers that have no client (before version 3).
   */
  readonly client: MongoStore.DriverClient | undefined

  /** The database, as a `Db` of `client`. */
  readonly db: MongoStore.DriverDb | undefined

  /** The sessions, as a `Collection` of `client`. */
  readonly collection: MongoStore.DriverCollection | undefined

  /** Promise of `client`, connected; after `close()` of `client`, closed. */
  readonly clientP: Promise<MongoStore.DriverClient>

  /** Promise of `collection`, for queries that the store has no method for. */
  readonly collectionP: Promise<MongoStore.DriverCollection>

  /** Reads a session. One that is unknown or has expired is not an error: the result is then `null` or `undefined`. */
  get<C extends undefined = undefined>(sid: string, callback?: C): MongoStore.PromiseUnless<C, T | null | undefined>
  get(sid: string, callback: ((err: any, session?: T | null) => void) | undefined): void

  /** Writes a session, whether it exists already or not. It expires with its cookie, or after `ttl` seconds. */
  set<C extends undefined = undefined>(sid: string, session: T, callback?: C): MongoStore.PromiseUnless<C, void>
  set(sid: string, session: T, callback: ((err?: any) => void) | undefined): void

  /**
   * Extends the life of a session without writing its content. Does nothing within `touchAfter`. That the session is
   * gone is an error, except for a class that the factory made.
   */
  touch<C extends undefined = undefined>(
    sid: string,
    session: T & { lastModified?: Date | undefined },
    callback?: C,
  ): MongoStore.PromiseUnless<C, void>
  touch(
    sid: string,
    session: T & { lastModified?: Date | undefined },
    callback: ((err?: any) => void) | undefined,
  ): void

  /** Removes a session. That it does not exist is not an error. */
  destroy<C extends undefined = undefined>(sid: string, callback?: C): MongoStore.PromiseUnless<C, void>
  destroy(sid: string, callback: ((err?: any) => void) | undefined): void

  /** Reads all sessions that have not expired, without their ids. */
  all<C extends undefined = undefined>(callback?: C): MongoStore.PromiseUnless<C, T[]>
  all(callback: ((err: any, sessions?: T[] | null) => void) | undefined): void

  /** Counts the stored sessions, including those that have expired and are not removed yet. */
  length<C extends undefined = undefined>(callback?: C): MongoStore.PromiseUnless<C, number>
  length(callback: ((err: any, length: number) => void) | undefined): void

  /** Removes all sessions, and keeps the collection with its indexes. */
  clear<C extends undefined = undefined>(callback?: C): MongoStore.PromiseUnless<C, void>
  clear(callback: ((err?: any) => void) | undefined): void

  /**
   * Stops the timer and closes what the store itself opened. A client, database or mongoose connection that was given
   * stays open. May be called twice.
   */
  close(callback?: (err?: any) => void): Promise<void>

  /** What the store has done so far. */
  stats(): MongoStore.StoreStats

  /** The store as `JSON.stringify` and `util.inspect` show it: without passwords and secrets. */
  toJSON(): object

  /** Gives the `_id` of a session's document. A subclass can override it; `transformId` is the option for the same. */
  computeStorageId(sid: string): MongoStore.StorageId | Promise<MongoStore.StorageId>

  /** Destroys the session of `req` and generates a new one. Inherited from express-session. */
  regenerate(req: any): Promise<void>
  regenerate(req: any, callback: (err?: any) => any): void

  /** Reads a session and makes a `Session` object of it. Inherited from express-session. */
  load(sid: string): Promise<any>
  load(sid: string, callback: (err: any, session?: any) => any): void

  /** Makes `session` the `Session` object of `req`. Inherited from express-session. */
  createSession(req: any, session: T): any

  /** Gives `req` a new, empty session. Put on the store by the session middleware: absent until then. */
  generate(req: any): void

  /** Listens to an event of the store, see {@link MongoStore.MongoStoreEvents}, or to one of your own. */
  on<E extends string | symbol>(event: E, listener: MongoStore.EventListener<T, E>): this
  once<E extends string | symbol>(event: E, listener: MongoStore.EventListener<T, E>): this
  addListener<E extends string | symbol>(event: E, listener: MongoStore.EventListener<T, E>): this
  prependListener<E extends string | symbol>(event: E, listener: MongoStore.EventListener<T, E>): this
  prependOnceListener<E extends string | symbol>(event: E, listener: MongoStore.EventListener<T, E>): this
  off<E extends string | symbol>(event: E, listener: MongoStore.EventListener<T, E>): this
  removeListener<E extends string | symbol>(event: E, listener: MongoStore.EventListener<T, E>): this
  emit<E extends string | symbol>(event: E, ...args: MongoStore.EventArguments<T, E>): boolean
}

import Self = MongoStore

// The value is its own default and named export, so that every style of import reaches it. This is a block of its own
// because an export list would make everything else in its block private.
declare namespace MongoStore {
  export { Self as MongoStore, Self as default }
}

declare namespace MongoStore {
  /** How long operations took, in milliseconds. */
  interface LatencyStats {
    mean: number
    /** Half of the operations took no longer than this. */
    p50: number
    p99: number
    p999: number
    max: number
  }

  /** What a store has done so far. */
  interface StoreStats {
    /** Answered operations by method, only those that were called. */
    operations: Record<string, { count: number; latency: LatencyStats }>
    /** Batches sent to the server. */
    batches: number
    /** Sessions per batch. */
    meanBatchSize: number
    /** Operations that wait to be sent. */
    queueDepth: number
    /** Operations that were sent and not answered yet. */
    inFlight: number
    /** Attempts after the first one. */
    retries: number
    /** Errors given to callers, by their names. */
    errors: Record<string, number>
  }

  /**
   * What is known of every session: `SessionData` of express-session, with what the application added to it. `any` when
   * the types of express-session are not part of the program.
   */
  type SessionData = Express.Request extends {
    sessionStore: { createSession(req: any, session: infer Data): any }
  }
    ? Data
    : any

  /** `'native'`: by a TTL index; `'interval'`: by the store, now and then; `'disabled'`: by nobody. */
  type AutoRemoveMode = 'native' | 'interval' | 'disabled'

  /** Makes the stored value of a session: a string, an object or any other BSON value, or a promise of one. */
  type Serialize<T extends SessionData = SessionData> = { bivariant(session: T): unknown }['bivariant']

  /** Makes a session, or a promise of one, of what {@link Serialize} returned. */
  type Unserialize = (stored: any) => any

  /** An `_id`: a string, or another BSON value such as an `ObjectId` or a `Buffer`. */
  type StorageId = string | number | bigint | object

  /** Options of `new MongoStore(options)` and `MongoStore.create(options)`. One of the connection options is needed. */
  interface ConnectMongoOptions<T extends SessionData = SessionData> {
    // Connection: from a URL

    /** Connection string, `mongodb://…` or `mongodb+srv://…`. The store opens a connection pool of its own. */
    mongoUrl?: string | undefined

    /** The factory's name of {@link ConnectMongoOptions.mongoUrl}; counts here when there is no other connection. */
    url?: string | undefined

    /** The driver's connection options, for use with `mongoUrl`. They override what the URL says. */
    mongoOptions?: MongoConnectOptions | undefined

    /** Another name of {@link ConnectMongoOptions.mongoOptions}, which wins unless it is empty. */
    advancedOptions?: MongoConnectOptions | undefined

    // Connection: with the settings of one that the application has

    /**
     * A `MongoClient` of the application. The store reads its settings and opens a connection pool of its own with
     * them; it never closes this one. It need not be connected yet. Where its settings can't be read or carried over,
     * the store works through the client itself, and says so by a process warning.
     */
    client?: MongoClientLike | undefined

    /** Promise of a {@link ConnectMongoOptions.client}, for example `MongoClient.connect(url)`. */
    clientPromise?: PromiseLike<MongoClientLike> | undefined

    /**
     * A mongoose connection, such as `mongoose.connection`; treated as a given `client`. It need not be open yet.
     * The database is the connection's own.
     */
    mongooseConnection?: MongooseConnectionLike | undefined

    /** A `Db` of the application, which is the database; its client is treated as a given `client`. */
    db?: DbLike | undefined

    /** Promise of a {@link ConnectMongoOptions.db}. */
    dbPromise?: PromiseLike<DbLike> | undefined

    // Where the sessions are

    /**
     * Name of the database, for a URL or a client. Default: the one that the URL or the client names, else `test`.
     */
    dbName?: string | undefined

    /** Name of the collection. Default: `'sessions'`. */
    collectionName?: string | undefined

    /** The factory's name of {@link ConnectMongoOptions.collectionName}: without effect here, as in connect-mongo 4 to 6. */
    collection?: string | undefined

    // How long they live

    /**
     * Lifetime in seconds of a session whose cookie has no `expires`. Default: 1209600, which is 14 days. `NaN`,
     * `Infinity` and negative numbers are refused.
     */
    ttl?: number | undefined

    /**
     * How expired sessions are removed. They are never handed out, removed or not. Default: `'native'`.
     *
     * - `'native'`: the server removes them, by a TTL index that the store creates; if it refuses the index, the store warns,
     *   and removes them as with `'interval'`
     * - `'interval'`: the store removes them every `autoRemoveInterval` minutes
     * - `'disabled'`: nothing is removed, and no index is created
     */
    autoRemove?: AutoRemoveMode | undefined

    /** Minutes between two removals, for `autoRemove: 'interval'`; may be a fraction. Default: 10, at most 71582. */
    autoRemoveInterval?: number | undefined

    /**
     * Seconds in which an unchanged session is written at most once, instead of with every request. Default: 0, each
     * touch is written.
     */
    touchAfter?: number | undefined

    // What is stored

    /** `true`: a session is stored as JSON text; `false`: as a subdocument, open to queries. Default: `true`. */
    stringify?: boolean | undefined

    /** Makes the stored value of a session, in place of `stringify`. May be async. */
    serialize?: Serialize<T> | undefined

    /** Makes the session of a stored value, in place of `stringify`. May be async. */
    unserialize?: Unserialize | undefined

    /** Makes the `_id` of a session id. May be async. Default: the id itself. */
    transformId?: ((sid: string) => StorageId | Promise<StorageId>) | undefined

    // Encryption: docs/encryption.md

    /** Encrypts sessions, in a format that belongs to this package. Beside it, the older options below only read. */
    encryption?: EncryptionOptions | undefined

    /** Encrypts sessions as connect-mongo 4 to 6 do. With `secret: false`, not at all. */
    crypto?: CryptoOptions | null | undefined

    /** Encrypts sessions by an adapter, be it one of {@link createKrupteinAdapter} or your own. */
    cryptoAdapter?: CryptoAdapter | null | undefined

    /**
     * Encrypts sessions as connect-mongo 3 does, in a class of the factory; with `algorithm`, `hashing`, `encodeas` and
     * sizes beside it. Elsewhere it only reads, beside `encryption`.
     */
    secret?: string | Uint8Array | false | null | undefined
    /** Beside `secret`: an AES-GCM. Default: `'aes-256-gcm'`. */
    algorithm?: string | undefined
    /** Beside `secret`: a hash. Default: `'sha512'`. */
    hashing?: string | undefined
    /** Beside `secret`. Default: `'hex'`. */
    encodeas?: string | undefined
    /** Beside `secret`: random bytes of a nonce. Default: 16. */
    iv_size?: number | undefined
    /** Beside `secret`: 16. */
    at_size?: number | undefined
    /** Beside `secret`: bytes of the algorithm's key. Default: 32. */
    key_size?: number | undefined

    /** What a session that can't be decrypted is: an error of its caller, or no session. Default: `'error'`. */
    onDecryptError?: 'error' | 'new-session' | undefined

    /** Whether to keep the dates `createdAt` and `updatedAt` beside each session. Default: `false`. */
    timestamps?: boolean | undefined

    /** Write concern of the store's writes. Default: that of the connection. */
    writeOperationOptions?: WriteConcernLike | undefined

    // Names of old, kept for applications that still use them

    /**
     * Store each session under a hash of its id, as the 0.x releases could: hexadecimal, of salt and id. Default:
     * `false`; `true` means salt `'connect-mongo'` and algorithm `'sha1'`.
     *
     * @deprecated use `transformId`
     */
    hash?: boolean | { salt?: string | undefined; algorithm?: string | undefined } | undefined

    /**
     * Lifetime in milliseconds (not seconds), sets `ttl`.
     *
     * @deprecated use `ttl`
     */
    defaultExpirationTime?: number | undefined

    /**
     * Refused: it was an option of 4.1 alone.
     *
     * @deprecated use `autoRemove: 'native'` instead of `true`, `autoRemove: 'disabled'` instead of `false`
     */
    createAutoRemoveIdx?: undefined
  }

  /** A named secret. */
  interface EncryptionKey {
    /** 1 to 64 letters, digits, `-` or `_`. It is part of each record, readable. */
    id: string
    /** At least 32 random bytes: `openssl rand -base64 32`. */
    secret: string | ArrayBuffer | ArrayBufferView
  }

  /** How sessions are encrypted in the format of this package. */
  interface EncryptionOptions {
    /** The newest first: it writes, and all of them read. */
    keys: EncryptionKey[]
    /** Whether `_id` is a hash of the session id, so that nobody who reads the database can use it. Default: `false`. */
    hashIds?: boolean | undefined
    /** Whether sessions that are not encrypted are read, while a store goes over to encryption. Default: `false`. */
    readPlain?: boolean | undefined
  }

  /** Encrypts and decrypts the text that is stored of a session. */
  interface CryptoAdapter {
    encrypt: (plaintext: string) => Promise<string>
    decrypt: (ciphertext: string) => Promise<string>
  }

  /** Options of kruptein, as in connect-mongo 4 to 6. */
  type CryptoOptions = {
    /** Not empty. `false`: no encryption. */
    secret: false | string
    /** Default: `'aes-256-gcm'`. */
    algorithm?: string | undefined
    /** Default: `'sha512'`. */
    hashing?: string | undefined
    /** Default: `'base64'`. */
    encodeas?: string | undefined
    /**
     * Whose form is written, for a genuine store beside this one whose kruptein is 3.1.1 (`'3.1'`), 3.1.3 to 3.3.0
     * (`'3.3'`) or 3.4.0. All are read. Default: `'3.0'`, that of connect-mongo 6.
     */
    kruptein?: '3.0' | '3.1' | '3.3' | '3.4' | undefined
    /** Without effect, as in connect-mongo. */
    key_size?: number | undefined
    /** Without effect, as in connect-mongo. */
    iv_size?: number | undefined
    /** Without effect, as in connect-mongo. */
    at_size?: number | undefined
  }

  /** Options of {@link MongoStore.createWebCryptoAdapter}. */
  type WebCryptoAdapterOptions = {
    secret: string | ArrayBuffer | ArrayBufferView
    /** Random bytes of a nonce. Default: 12 for AES-GCM, 16 otherwise. */
    ivLength?: number | undefined
    /** Default: `'base64'`. */
    encoding?: 'base64' | 'base64url' | 'hex' | undefined
    /** Default: `'AES-GCM'`. With `'AES-CBC'`, changed records are not noticed. */
    algorithm?: 'AES-GCM' | 'AES-CBC' | undefined
    /** Default: a constant. */
    salt?: string | ArrayBuffer | ArrayBufferView | undefined
    /** Rounds of PBKDF2. Default: 310000. */
    iterations?: number | undefined
  }

  /** Options of a class that the factory made: those of today, and those of the 0.x releases. */
  interface LegacyMongoStoreOptions<T extends SessionData = SessionData> extends Omit<ConnectMongoOptions<T>, 'db'> {
    /** A `Db` of the application, or the name of the database for a connection in parts: `host`, `port` and so on. */
    db?: DbLike | string | undefined

    /** Default: `'127.0.0.1'`. @deprecated use `url`, as for the other parts of a connection */
    host?: string | undefined
    /** Default: 27017. @deprecated use `url` */
    port?: number | string | undefined
    /** @deprecated use `url` */
    username?: string | undefined
    /** @deprecated use `url` */
    password?: string | undefined
    /** Whether to use TLS. @deprecated use `url` */
    ssl?: boolean | undefined
    /** Default: 1. @deprecated use `writeOperationOptions` */
    w?: number | string | undefined
    /** Options of the driver, as in `mongoOptions`. @deprecated use `mongoOptions` */
    server?: MongoConnectOptions | undefined
    /** Without effect. @deprecated servers that come back are found by themselves */
    autoReconnect?: boolean | undefined
    /** Without effect. @deprecated servers that come back are found by themselves */
    auto_reconnect?: boolean | undefined

    /** `true`: the constructor returns a `MemoryStore` of the session package, and MongoDB is not used. For development. */
    fallbackMemory?: boolean | undefined

    /** @deprecated use `mongooseConnection` */
    mongoose_connection?: MongooseConnectionLike | undefined
  }

  /** The driver's connection options. A few that are often used are described; the others are passed on as they are. */
  interface MongoConnectOptions {
    /** Milliseconds to look for a usable server before an operation fails. Default: 30000. */
    serverSelectionTimeoutMS?: number | undefined
    /** Milliseconds to wait for a TCP connection. */
    connectTimeoutMS?: number | undefined
    /** Most connections of the pool to one server. */
    maxPoolSize?: number | undefined
    /** Fewest connections of the pool to one server. Default: 0. */
    minPoolSize?: number | undefined
    /** Whether to use TLS. */
    tls?: boolean | undefined
    /** File with the certificates of the authorities to trust, in PEM form. */
    tlsCAFile?: string | undefined
    /** Name of the database that knows the user. Default: `'admin'`. */
    authSource?: string | undefined
    /** Name of the replica set. */
    replicaSet?: string | undefined
    [option: string]: any
  }

  /** How many servers must have a write before it counts as done. */
  interface WriteConcernLike {
    /** Number of servers, `'majority'`, or the name of a set of servers. */
    w?: number | 'majority' | (string & {}) | undefined
    /** Whether the write must be in the journal. */
    journal?: boolean | undefined
    /** Older name of `journal`. */
    j?: boolean | undefined
    /** Milliseconds after which the wait for the servers is an error. */
    wtimeoutMS?: number | undefined
    /** Older name of `wtimeoutMS`. */
    wtimeout?: number | undefined
  }

  /** What is asked of a `MongoClient`, of whatever version of the `mongodb` package. */
  interface MongoClientLike {
    db(name?: string, ...more: any[]): { collection(name: string, ...more: any[]): any }
  }

  /** What is asked of a `Db`, of whatever version of the `mongodb` package. */
  interface DbLike {
    readonly databaseName: string
    collection(name: string, ...more: any[]): any
  }

  /** What is asked of a connection of mongoose, of whatever version. */
  interface MongooseConnectionLike {
    /** 0 closed, 1 open, 2 connecting, 3 closing. */
    readonly readyState: number
    once(event: any, listener: (...args: any[]) => void): any
  }

  /** What the factory asks of its argument: `express-session`, or a `connect` or `express` with a `session` member. */
  type SessionStoreHost = StoreClasses | { readonly session: StoreClasses }

  interface StoreClasses {
    /** Base class of the stores. */
    readonly Store: abstract new (
      ...args: any[]
    ) => any
    /** Class of the store for `fallbackMemory`. */
    readonly MemoryStore?: (abstract new (...args: any[]) => any) | undefined
  }

  /** A class that the factory made. */
  interface LegacyMongoStoreConstructor {
    /** Throws when no connection option is given, or when an option has a value that cannot work. */
    new <T extends SessionData = SessionData>(options: LegacyMongoStoreOptions<T>): LegacyMongoStore<T>
  }

  /** A store of a class that the factory made. */
  interface LegacyMongoStore<T extends SessionData = SessionData> extends MongoStore<T> {
    /** How far the connection is; each change is also an event of that name. */
    readonly state: ConnectionState
    /** Lifetime in seconds of a session whose cookie has no `expires`. It may be changed; `options.ttl` is for other stores. */
    ttl: number
  }

  /** States of a store of a class that the factory made. */
  type ConnectionState = 'init' | 'connecting' | 'connected' | 'disconnected'

  /** The events of a store, with the arguments of their listeners. The `sid` is the one before `transformId`. */
  interface MongoStoreEvents<T extends SessionData = SessionData> {
    /** A session was written for the first time. Before `set`. */
    create: [sid: string]
    /** A session was written again. Before `set`. */
    update: [sid: string]
    /** A session was written. */
    set: [sid: string]
    /** A session was read, or (not with a class of the factory) was not found. */
    get: [sid: string]
    /** The life of a session was extended. */
    touch: [sid: string, session: T]
    /** A session was removed. */
    destroy: [sid: string]
    /** All sessions were read. */
    all: [sessions: T[]]
    /** (Class of the factory only) The constructor has begun. */
    init: []
    /** (Class of the factory only) The connection is being opened. */
    connecting: []
    /** (Class of the factory only) The connection is open and the index is there, or servers that were away are back. */
    connected: []
    /** (Class of the factory only) Operations find no server from now on. They wait for one as long as their time allows. */
    disconnected: []
  }

  /** Arguments of the event `E`; those of an event that is not the store's are not known. */
  type EventArguments<T extends SessionData, E extends string | symbol> = E extends keyof MongoStoreEvents
    ? MongoStoreEvents<T>[E]
    : any[]

  /** A listener to the event `E`. */
  type EventListener<T extends SessionData, E extends string | symbol> = (...args: EventArguments<T, E>) => void

  /** A document of the collection. */
  interface SessionDocument {
    /** The session id, or what `transformId` made of it: then not always a string. */
    _id: string
    /** What `serialize` made of the session; JSON text by default. */
    session: any
    /** When the session expires. */
    expires?: Date
    /** When the session was last written, with `touchAfter`. */
    lastModified?: Date
    /** When the session was first written, with `timestamps`. */
    createdAt?: Date
    /** When the session was last written or touched, with `timestamps`. */
    updatedAt?: Date
  }

  // What the store hands out belongs to the release of `mongodb` that the application has, which may be any. The types of
  // one release do not fit those of another.

  /** `MongoClient` of the application's `mongodb` package, or else of the store's own, version 6. */
  type DriverClient = any
  /** `Db` of the same package. */
  type DriverDb = any
  /** `Collection` of the same package. */
  type DriverCollection = any

  /**
   * What a method returns: a promise of `Result` when it is called without callback.
   *
   * The type parameter is never to be given. It lets a subclass override a method with the callback alone, as stores
   * for express-session do: the compiler then takes `Callback` for `any`, and `void` for a possible result.
   */
  type PromiseUnless<Callback, Result> = Callback extends undefined ? Promise<Result> : void

  // Names in the declarations of the 3.x releases

  /** @deprecated name of 3.x for {@link LegacyMongoStoreConstructor} */
  type MongoStoreFactory = LegacyMongoStoreConstructor
  /** @deprecated name of 3.x for {@link LegacyMongoStoreOptions} */
  type DefaultOptions = LegacyMongoStoreOptions
  /** @deprecated name of 3.x for {@link LegacyMongoStoreOptions} with a URL */
  type MongoUrlOptions = LegacyMongoStoreOptions & { url: string }
  /** @deprecated name of 3.x for {@link LegacyMongoStoreOptions} with a mongoose connection */
  type MongooseConnectionOptions = LegacyMongoStoreOptions & { mongooseConnection: MongooseConnectionLike }
  /** @deprecated name of 3.x for {@link LegacyMongoStoreOptions} with a client */
  type NativeMongoOptions = LegacyMongoStoreOptions & { client: MongoClientLike }
  /** @deprecated name of 3.x for {@link LegacyMongoStoreOptions} with a promise of a client */
  type NativeMongoPromiseOptions = LegacyMongoStoreOptions & { clientPromise: PromiseLike<MongoClientLike> }
}

declare global {
  namespace Express {
    // Here to be looked at by SessionData above; the types of express and express-session add the members.
    interface Request {}
  }
}

export = MongoStore
