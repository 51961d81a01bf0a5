// Types of `require('connect-mongo-native')`: one value that is a class, a factory and its own default export. They
// need only @types/node. express-session, mongodb and mongoose need not be installed, and every version of them fits,
// because these types describe objects of those packages by their shape.

import { EventEmitter } from 'node:events'

/**
 * The factory of connect-mongo 0.8 to 3.x: makes a store class for your session package.
 *
 * Each call makes a new class that derives from the `Store` of `host`.
 *
 * ```js
 * const MongoStore = require('connect-mongo-native')(require('express-session'))
 * app.use(session({ store: new MongoStore({ url: 'mongodb://localhost/app' }) }))
 * ```
 *
 * @param host `express-session`, or an older `connect` or `express` with a `session` member
 * @throws {TypeError} if `host` has no `Store`, for example because it is `express` 4 or 5 instead of `express-session`
 */
declare function MongoStore(host: MongoStore.SessionStoreHost): MongoStore.LegacyMongoStoreConstructor

/**
 * A session store for express-session that keeps sessions in a MongoDB collection.
 *
 * ```js
 * app.use(session({ store: MongoStore.create({ mongoUrl: 'mongodb://localhost/app' }) }))
 * ```
 *
 * Each method takes a callback as its last argument, or returns a promise if there is none. The constructor starts to
 * connect. Methods wait for the connection, and each of them answers by its deadline: `mongoOptions.timeoutMS`, or else
 * the time to find a server (30 s) and to get an answer (10 s).
 *
 * @typeParam T shape of a session. Default: `SessionData` of express-session, with the fields that you declared there
 */
declare class MongoStore<T extends MongoStore.SessionData = MongoStore.SessionData> extends EventEmitter {
  /**
   * Makes a store and starts to connect.
   *
   * @throws {Error} if no connection option is given, or if an option has an unusable value; the message names the
   *   option. A connection that fails is not an error here: operations fail, and the store recovers when servers are
   *   back
   */
  constructor(options: MongoStore.ConnectMongoOptions<T>)

  /** The same as `new MongoStore(options)`, with the same errors. */
  static create<U extends MongoStore.SessionData = MongoStore.SessionData>(
    options: MongoStore.ConnectMongoOptions<U>,
  ): MongoStore<U>

  /** Always throws. express-session calls it if you pass it the class instead of a store. */
  static on(...args: any[]): never

  /**
   * Makes an adapter for the option `cryptoAdapter` that encrypts as the option `crypto` does.
   *
   * @throws {Error} without a secret
   */
  static createKrupteinAdapter(options: MongoStore.CryptoOptions): MongoStore.CryptoAdapter

  /**
   * Makes an adapter for the option `cryptoAdapter` that writes the Web Crypto format of connect-mongo 6, with one key
   * for all sessions.
   *
   * @throws {Error} without a secret
   */
  static createWebCryptoAdapter(options: MongoStore.WebCryptoAdapterOptions): MongoStore.CryptoAdapter

  /** The adapter of the option `cryptoAdapter`, or the one that stands for `crypto`; null if neither is given. */
  readonly cryptoAdapter: MongoStore.CryptoAdapter | null

  /** Your options, with defaults filled in. They print without their secrets. */
  readonly options: MongoStore.ConnectMongoOptions<T>

  /** Name of the collection. */
  readonly collectionName: string

  /** Lifetime in seconds of a session whose cookie sets no `expires`. */
  readonly ttl: number

  /** How expired sessions are removed. */
  readonly autoRemove: MongoStore.AutoRemoveMode

  /** Interval in minutes between two removals, for `autoRemove: 'interval'`. */
  readonly autoRemoveInterval: number

  /** The functions that convert a session to the stored value and back. You may replace them. */
  transformFunctions: {
    serialize: MongoStore.Serialize<T>
    unserialize: MongoStore.Unserialize
  }

  /** The write concern of the store's writes; empty if none was given. */
  readonly writeOperationOptions: MongoStore.WriteConcernLike

  /**
   * The timer of `autoRemove: 'interval'`, and of `'native'` where there is no TTL index; otherwise undefined, as after
   * `close()`.
   */
  readonly timer?: NodeJS.Timeout | undefined

  /**
   * The `MongoClient` that you gave, or one that the store makes on first access, with your `mongodb` package or else
   * with its own copy. Closing the one that the store made closes the store.
   *
   * `undefined` while a connection given as a promise is pending, and with drivers that have no client (before version
   * 3).
   */
  readonly client: MongoStore.DriverClient | undefined

  /** The database, as a `Db` of {@link client}. */
  readonly db: MongoStore.DriverDb | undefined

  /** The collection of the sessions, as a `Collection` of {@link client}. */
  readonly collection: MongoStore.DriverCollection | undefined

  /** Promise of {@link client}, connected. After `client.close()`, it gives the closed client. */
  readonly clientP: Promise<MongoStore.DriverClient>

  /** Promise of {@link collection}, for queries that the store has no method for. */
  readonly collectionP: Promise<MongoStore.DriverCollection>

  /**
   * Reads a session. If it does not exist or has expired, the result is `null` (in a class of the factory:
   * `undefined`). Emits `get`.
   */
  get<C extends undefined = undefined>(sid: string, callback?: C): MongoStore.PromiseUnless<C, T | null | undefined>
  get(sid: string, callback: ((err: any, session?: T | null) => void) | undefined): void

  /**
   * Stores a session, whether or not it exists already. It expires at `session.cookie.expires`, or else after `ttl`
   * seconds. Emits `create` or `update`, then `set`.
   */
  set<C extends undefined = undefined>(sid: string, session: T, callback?: C): MongoStore.PromiseUnless<C, void>
  set(sid: string, session: T, callback: ((err?: any) => void) | undefined): void

  /**
   * Extends the life of a session without writing its content. Does nothing within `touchAfter` seconds of the last
   * write. If the session is gone, it fails (in a class of the factory: does nothing), except in the request path of
   * the middleware. Emits `touch`.
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

  /** Removes a session. It is not an error if there is none. Emits `destroy`. */
  destroy<C extends undefined = undefined>(sid: string, callback?: C): MongoStore.PromiseUnless<C, void>
  destroy(sid: string, callback: ((err?: any) => void) | undefined): void

  /** Reads all sessions that have not expired, without their ids. Emits `all`. */
  all<C extends undefined = undefined>(callback?: C): MongoStore.PromiseUnless<C, T[]>
  all(callback: ((err: any, sessions?: T[] | null) => void) | undefined): void

  /** Counts the stored sessions, including expired ones that have not been removed yet. */
  length<C extends undefined = undefined>(callback?: C): MongoStore.PromiseUnless<C, number>
  length(callback: ((err: any, length: number) => void) | undefined): void

  /** Removes all sessions that exist when it is called. Keeps the collection and its indexes. */
  clear<C extends undefined = undefined>(callback?: C): MongoStore.PromiseUnless<C, void>
  clear(callback: ((err?: any) => void) | undefined): void

  /**
   * Waits for the operations in flight, then closes the connections that the store opened. A client, database or
   * mongoose connection that you gave stays open. Later operations fail with a `MongoNotConnectedError`. Safe to call
   * twice.
   */
  close(callback?: (err?: any) => void): Promise<void>

  /** Counts and latencies of what the store has done so far. */
  stats(): MongoStore.StoreStats

  /** The store as `JSON.stringify` shows it: without passwords and secrets. */
  toJSON(): object

  /** Returns the `_id` of the document of a session. Override it in a subclass, or use the option `transformId`. */
  computeStorageId(sid: string): MongoStore.StorageId | Promise<MongoStore.StorageId>

  /** Destroys the session of `req` and generates a new one. Inherited from the `Store` of express-session. */
  regenerate(req: any): Promise<void>
  regenerate(req: any, callback: (err?: any) => any): void

  /** Reads a session and makes a `Session` object of it. Inherited from the `Store` of express-session. */
  load(sid: string): Promise<any>
  load(sid: string, callback: (err: any, session?: any) => any): void

  /** Turns `session` into the `Session` object of `req`. Inherited from the `Store` of express-session. */
  createSession(req: any, session: T): any

  /** Gives `req` a new, empty session. The session middleware adds this method to the store. */
  generate(req: any): void

  /** Listens to an event of the store (see {@link MongoStore.MongoStoreEvents}) or to one of your own. */
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

// The value is its own default and named export, so that every style of import reaches it. This block is separate,
// because an export list makes everything else in its block private.
declare namespace MongoStore {
  export { Self as MongoStore, Self as default }
}

declare namespace MongoStore {
  /** Latencies of operations from call to answer, in milliseconds. */
  interface LatencyStats {
    /** Arithmetic mean. */
    mean: number
    /** Median: half of the operations took no longer. */
    p50: number
    /** 99 % of the operations took no longer. */
    p99: number
    /** 99.9 % of the operations took no longer. */
    p999: number
    /** The slowest operation. */
    max: number
  }

  /** Returns what to store when two requests have changed the same session, or a promise of it. */
  type ResolveConflict<T extends SessionData = SessionData> = {
    bivariant(conflict: SessionConflict<T>): T | PromiseLike<T>
  }['bivariant']

  /** The versions of a session that two requests have changed, as `get` returns sessions. */
  interface SessionConflict<T extends SessionData = SessionData> {
    /** Id of the session. */
    sid: string
    /** The session as the request has read it. */
    base: T
    /** The session as the request saves it. */
    mine: T
    /** The session as it is stored now. */
    theirs: T
  }

  /** What a store has done since it was made. */
  interface StoreStats {
    /** Number and latencies of answered operations, by method. Methods that were not called are absent. */
    operations: Record<string, { count: number; latency: LatencyStats }>
    /** Number of batches sent to the server. */
    batches: number
    /** Mean number of sessions per batch. */
    meanBatchSize: number
    /** Number of operations that wait to be sent now. */
    queueDepth: number
    /** Number of operations that were sent and have no answer yet. */
    inFlight: number
    /** Number of attempts after the first one, over all operations. */
    retries: number
    /** Number of saves that were left out, because their sessions were destroyed after they had been read. */
    savesLeftOut: number
    /**
     * Number of saves that found a session which another request had changed, with
     * {@link ConnectMongoOptions.onConflict}.
     */
    conflicts: number
    /** Number of errors given to callers, by the name of the error. */
    errors: Record<string, number>
  }

  /**
   * The message of the diagnostics channels `connect-mongo-native:<operation>`, published when an operation is answered, in
   * the asynchronous context of its call. It never has a session or a session id in it.
   */
  interface OperationMessage {
    /** The store's method, or the removal of expired sessions by a timer. */
    operation: 'get' | 'set' | 'touch' | 'destroy' | 'all' | 'length' | 'clear' | 'close' | 'removeExpired'
    /** Name of the database. Undefined while the connection that was given to the store is opening. */
    database: string | undefined
    /** Name of the collection. */
    collection: string
    /** Milliseconds from the call to its answer. */
    duration: number
    /** What the caller was told; absent after a success. */
    error?: Error | null | undefined
  }

  /**
   * `SessionData` of express-session, with the fields that you declared there. `any` if the types of express-session
   * are not part of the program.
   */
  type SessionData = Express.Request extends {
    sessionStore: { createSession(req: any, session: infer Data): any }
  }
    ? Data
    : any

  /**
   * Who removes expired sessions. `'native'`: the server, by a TTL index. `'interval'`: the store. `'disabled'`:
   * nobody.
   */
  type AutoRemoveMode = 'native' | 'interval' | 'disabled'

  /** Converts a session to the stored value: a string, an object or any other BSON value, or a promise of one. */
  type Serialize<T extends SessionData = SessionData> = { bivariant(session: T): unknown }['bivariant']

  /**
   * Converts what {@link Serialize} returned to a session, or a promise of one. `null` means that there is no session.
   */
  type Unserialize = (stored: any) => any

  /** An `_id`: a string, or another BSON value such as an `ObjectId` or a `Buffer`. */
  type StorageId = string | number | bigint | object

  /** Options of `new MongoStore(options)` and `MongoStore.create(options)`. One connection option is required. */
  interface ConnectMongoOptions<T extends SessionData = SessionData> {
    // Connection: from a URL

    /**
     * Connection string, `mongodb://…` or `mongodb+srv://…`. The store opens its own connections. A string that can't
     * be parsed fails each operation with a `MongoParseError`, and does not make the constructor throw.
     */
    mongoUrl?: string | undefined

    /**
     * The factory's name for {@link ConnectMongoOptions.mongoUrl}. Here it counts only without `mongoUrl`,
     * `clientPromise` and `client`.
     */
    url?: string | undefined

    /**
     * Connection options of the `mongodb` package, for use with `mongoUrl`. They override the same options in the URL.
     */
    mongoOptions?: MongoConnectOptions | undefined

    /** Another name for {@link ConnectMongoOptions.mongoOptions}. It counts only if that is empty or absent. */
    advancedOptions?: MongoConnectOptions | undefined

    // Connection: with the settings of one that your application has

    /**
     * Your `MongoClient`, connected or not. The store reads its settings and opens its own connections with them. It
     * never closes your client. If the settings can't be read or carried over, the store works through the client
     * itself, and a process warning says so.
     */
    client?: MongoClientLike | undefined

    /**
     * Promise of a {@link ConnectMongoOptions.client}, for example `MongoClient.connect(url)`. Operations wait for it.
     */
    clientPromise?: PromiseLike<MongoClientLike> | undefined

    /**
     * Your mongoose connection, such as `mongoose.connection`, open or not. The store treats it like `client`, and uses
     * the database of the connection.
     */
    mongooseConnection?: MongooseConnectionLike | undefined

    /** Your `Db`, which is also the database. The store treats its client like `client`. */
    db?: DbLike | undefined

    /** Promise of a {@link ConnectMongoOptions.db}. */
    dbPromise?: PromiseLike<DbLike> | undefined

    // Where the sessions are

    /**
     * Name of the database, for a URL or a client. Default: the database of the URL or the client, otherwise `test`.
     */
    dbName?: string | undefined

    /** Name of the collection. Default: `'sessions'`. */
    collectionName?: string | undefined

    /**
     * The factory's name for {@link ConnectMongoOptions.collectionName}. No effect here, as in connect-mongo 4 to 6.
     */
    collection?: string | undefined

    // How long they live

    /**
     * Lifetime in seconds of a session whose cookie sets no `expires`. Default: 1209600, which is 14 days. `NaN`,
     * `Infinity` and negative numbers throw.
     */
    ttl?: number | undefined

    /**
     * How expired sessions are removed. In every mode, the store never returns an expired session. Default: `'native'`.
     *
     * - `'native'`: the server removes them, by a TTL index that the store creates; if it refuses the index, the store warns,
     *   and removes them as with `'interval'`
     * - `'interval'`: the store removes them every `autoRemoveInterval` minutes
     * - `'disabled'`: nobody removes them, and no index is created
     */
    autoRemove?: AutoRemoveMode | undefined

    /**
     * Interval in minutes between two removals, for `autoRemove: 'interval'`. May be a fraction. Default: 10. Maximum:
     * 71582.
     */
    autoRemoveInterval?: number | undefined

    /**
     * Interval in seconds during which `touch` writes an unchanged session at most once, instead of with every request.
     * Default: 0, which writes with every request.
     */
    touchAfter?: number | undefined

    // What is stored

    /**
     * `true`: stores a session as JSON text. `false`: as a subdocument, which you can query. Default: `true`. Reads
     * both.
     */
    stringify?: boolean | undefined

    /** Converts a session to the stored value, instead of `stringify`. May be async. */
    serialize?: Serialize<T> | undefined

    /** Converts the stored value to a session, instead of `stringify`. May be async. */
    unserialize?: Unserialize | undefined

    /** Converts a session id to the `_id` of its document. May be async. Default: the id itself. */
    transformId?: ((sid: string) => StorageId | Promise<StorageId>) | undefined

    // Encryption: docs/encryption.md

    /** Encrypts sessions in the format of this package. Beside it, the older options below only decrypt. */
    encryption?: EncryptionOptions | undefined

    /**
     * Encrypts sessions as connect-mongo 4 to 6 do. `secret: false` turns it off. Can't be combined with
     * `cryptoAdapter`.
     */
    crypto?: CryptoOptions | null | undefined

    /**
     * Encrypts sessions with an adapter: from {@link createKrupteinAdapter}, {@link createWebCryptoAdapter}, or your
     * own.
     */
    cryptoAdapter?: CryptoAdapter | null | undefined

    /**
     * In a class of the factory: encrypts sessions as connect-mongo 3 does, with `algorithm`, `hashing`, `encodeas` and
     * the sizes below. Beside `encryption`, in both styles, it only decrypts.
     */
    secret?: string | Uint8Array | false | null | undefined
    /** Beside `secret`: the cipher, one of `aes-128-gcm`, `aes-192-gcm`, `aes-256-gcm`. Default: `'aes-256-gcm'`. */
    algorithm?: string | undefined
    /** Beside `secret`: the hash, one of `sha1`, `sha256`, `sha384`, `sha512`. Default: `'sha512'`. */
    hashing?: string | undefined
    /** Beside `secret`: the encoding, one of `base64`, `base64url`, `hex`. Default: `'hex'`. */
    encodeas?: string | undefined
    /** Beside `secret`: number of random bytes in a nonce. Default: 16. */
    iv_size?: number | undefined
    /** Beside `secret`: number of bytes in the authentication tag. Must be 16, the default. */
    at_size?: number | undefined
    /** Beside `secret`: number of bytes in the key of `algorithm`. Default: 32. */
    key_size?: number | undefined

    /**
     * What happens with a session that can't be decrypted. Default: `'error'`.
     *
     * - `'error'`: `get` fails with a `MongoStoreCryptoError`
     * - `'new-session'`: it counts as no session, so its owner is logged out
     */
    onDecryptError?: 'error' | 'new-session' | undefined

    /** Whether to keep the dates `createdAt` and `updatedAt` in each document. Default: `false`. */
    timestamps?: boolean | undefined

    /**
     * Whether a save brings back a session that was destroyed after it was read, as in connect-mongo. Default: `false`:
     * the session stays gone.
     */
    saveDestroyed?: boolean | undefined

    /**
     * What happens when a session is saved that another request has changed after it was read. Both must have changed more
     * than the dates of the cookie.
     *
     * - not given: the save overwrites the change, as in connect-mongo
     * - `'merge'`: what the save has changed at the top level of the session is written into what is stored
     * - `'error'`: the save fails with the code `ERR_SESSION_CONFLICT` and stores nothing
     * - a function: returns the session to store, or a promise of it
     */
    onConflict?: 'merge' | 'error' | ResolveConflict<T> | undefined

    /** Write concern of the store's writes. `w: 0` is sent as `w: 1`. Default: the write concern of the connection. */
    writeOperationOptions?: WriteConcernLike | undefined

    // Older names, kept for applications that still use them

    /**
     * In a class of the factory: stores each session under the hexadecimal hash of salt and id, as 0.x could. `true`
     * means the salt `'connect-mongo'` and the algorithm `'sha1'`. Default: `false`.
     *
     * @deprecated use `transformId`
     */
    hash?: boolean | { salt?: string | undefined; algorithm?: string | undefined } | undefined

    /**
     * In a class of the factory: the lifetime in milliseconds. Sets `ttl`.
     *
     * @deprecated use `ttl`, in seconds
     */
    defaultExpirationTime?: number | undefined

    /**
     * Throws. It was an option of 4.1 only.
     *
     * @deprecated use `autoRemove: 'native'` instead of `true`, `autoRemove: 'disabled'` instead of `false`
     */
    createAutoRemoveIdx?: undefined
  }

  /** A secret with a name. */
  interface EncryptionKey {
    /** Name of the key: 1 to 64 letters, digits, `-` or `_`. It can be read in each record. */
    id: string
    /** At least 32 random bytes, for example from `openssl rand -base64 32`. */
    secret: string | ArrayBuffer | ArrayBufferView
  }

  /** Options of the encryption format of this package. */
  interface EncryptionOptions {
    /** The keys, the newest first. The first key encrypts, all of them decrypt. */
    keys: EncryptionKey[]
    /**
     * Whether `_id` is an HMAC of the session id, so that somebody who reads the database can't use it. Default:
     * `false`. Can't be combined with `transformId` or `hash`.
     */
    hashIds?: boolean | undefined
    /** Whether the store also reads sessions that are not encrypted, during a migration. Default: `false`. */
    readPlain?: boolean | undefined
  }

  /** Encrypts and decrypts the stored text of a session. */
  interface CryptoAdapter {
    /** Returns the text to store. */
    encrypt: (plaintext: string) => Promise<string>
    /** Returns what was encrypted, or rejects. */
    decrypt: (ciphertext: string) => Promise<string>
  }

  /** Options of kruptein, as in connect-mongo 4 to 6. */
  type CryptoOptions = {
    /** The secret, which must not be empty. `false`: no encryption. */
    secret: false | string
    /** The cipher. Default: `'aes-256-gcm'`. */
    algorithm?: string | undefined
    /** The hash. Default: `'sha512'`. */
    hashing?: string | undefined
    /** The encoding of a record. Default: `'base64'`. */
    encodeas?: string | undefined
    /**
     * The form of record to write, if a genuine store with another kruptein runs beside this one: `'3.1'` for 3.1.1,
     * `'3.3'` for 3.1.3 to 3.3.0, `'3.4'` for 3.4.0. All forms are read. Default: `'3.0'`, the form of connect-mongo 6.
     */
    kruptein?: '3.0' | '3.1' | '3.3' | '3.4' | undefined
    /** No effect, as in connect-mongo. */
    key_size?: number | undefined
    /** No effect, as in connect-mongo. */
    iv_size?: number | undefined
    /** No effect, as in connect-mongo. */
    at_size?: number | undefined
  }

  /** Options of {@link MongoStore.createWebCryptoAdapter}. */
  type WebCryptoAdapterOptions = {
    /** The secret, which must not be empty. */
    secret: string | ArrayBuffer | ArrayBufferView
    /** Number of random bytes in a nonce. Default: 12 for AES-GCM, 16 for AES-CBC. */
    ivLength?: number | undefined
    /** The encoding of a record. Default: `'base64'`. */
    encoding?: 'base64' | 'base64url' | 'hex' | undefined
    /** The cipher. `'AES-CBC'` does not notice changed records. Default: `'AES-GCM'`. */
    algorithm?: 'AES-GCM' | 'AES-CBC' | undefined
    /** Salt of the one key. Default: a constant. */
    salt?: string | ArrayBuffer | ArrayBufferView | undefined
    /** Number of PBKDF2 rounds. Default: 310000. */
    iterations?: number | undefined
  }

  /** Options of a class that the factory made: the ones above, and those of the 0.x releases. */
  interface LegacyMongoStoreOptions<T extends SessionData = SessionData> extends Omit<ConnectMongoOptions<T>, 'db'> {
    /** Your `Db`, or the name of the database for a connection in parts (`host`, `port` and so on). */
    db?: DbLike | string | undefined

    /** Host name, address, or path of a socket. Default: `'127.0.0.1'`. @deprecated use `url` */
    host?: string | undefined
    /** Port. Default: 27017. @deprecated use `url` */
    port?: number | string | undefined
    /** Name of the user. @deprecated use `url` */
    username?: string | undefined
    /** Password of the user. @deprecated use `url` */
    password?: string | undefined
    /** Whether to use TLS. Default: `false`. @deprecated use `url` */
    ssl?: boolean | undefined
    /** Write concern. Default: 1. @deprecated use `writeOperationOptions` */
    w?: number | string | undefined
    /** Connection options, as in `mongoOptions`. @deprecated use `mongoOptions` */
    server?: MongoConnectOptions | undefined
    /** No effect. @deprecated the store always reconnects */
    autoReconnect?: boolean | undefined
    /** No effect. @deprecated the store always reconnects */
    auto_reconnect?: boolean | undefined

    /**
     * `true`: the constructor returns a `MemoryStore` of your session package, without MongoDB. For development only.
     */
    fallbackMemory?: boolean | undefined

    /** @deprecated use `mongooseConnection` */
    mongoose_connection?: MongooseConnectionLike | undefined
  }

  /**
   * Connection options of the `mongodb` package. Those that the store supports are declared here; docs/options.md lists
   * all others. The constructor throws a `TypeError` for an unknown option.
   */
  interface MongoConnectOptions {
    // How long things may take

    /**
     * Milliseconds that an operation may take, with its waiting and every attempt. Default, also for 0:
     * `serverSelectionTimeoutMS` and `socketTimeoutMS` together, which is 40000.
     */
    timeoutMS?: number | undefined
    /** Milliseconds to look for a usable server before an operation fails. At most `timeoutMS`. Default, also for 0: 30000. */
    serverSelectionTimeoutMS?: number | undefined
    /** Milliseconds that a server has to answer. Without effect beside `timeoutMS`. Default, also for 0: 10000. */
    socketTimeoutMS?: number | undefined
    /** Milliseconds to wait for a TCP connection. Default: 10000. */
    connectTimeoutMS?: number | undefined
    /** Milliseconds between two checks of a server. At least 500. Default: 10000. */
    heartbeatFrequencyMS?: number | undefined
    /** Milliseconds after which an unused connection is closed. Default: never. */
    maxIdleTimeMS?: number | undefined
    /** Milliseconds by which a server may be slower than the nearest one and still be read from. Default: 15. */
    localThresholdMS?: number | undefined

    // Which servers

    /** Name of the replica set. */
    replicaSet?: string | undefined
    /** Whether to use the given host alone, and not its replica set. */
    directConnection?: boolean | undefined
    /** Whether the host is a load balancer. */
    loadBalanced?: boolean | undefined
    /** Most hosts to use of a `mongodb+srv` string. Default: all. */
    srvMaxHosts?: number | undefined
    /** Name of the service in a `mongodb+srv` string. Default: `'mongodb'`. */
    srvServiceName?: string | undefined
    /** How the servers are watched. Default: `'auto'`. */
    serverMonitoringMode?: 'auto' | 'poll' | 'stream' | (string & {}) | undefined
    /** The servers to read from: `'primary'`, `'nearest'` and so on. Default: `'primary'`. */
    readPreference?: string | object | undefined
    /** Tags of the servers to read from, the preferred ones first. */
    readPreferenceTags?: object[] | undefined
    /** Seconds by which a server to read from may be behind. */
    maxStalenessSeconds?: number | undefined

    // Reads and writes

    /** `'local'`, `'majority'` and so on. Default: the server's. */
    readConcernLevel?: string | undefined
    /** How many servers must have a write. `writeOperationOptions` of the store goes before it. */
    w?: number | 'majority' | (string & {}) | undefined
    /** Whether a write must be in the journal. */
    journal?: boolean | undefined
    /** Whether reads are tried again. Default: `true`. */
    retryReads?: boolean | undefined
    /** Whether writes are tried again. Default: `true`. */
    retryWrites?: boolean | undefined
    /** Whether another server is tried when one is overloaded. */
    enableOverloadRetargeting?: boolean | undefined
    /** Most attempts that follow an overload. */
    maxAdaptiveRetries?: number | undefined

    // Connections

    /** Maximum number of connections to one server that carry operations. Default: 3. */
    maxPoolSize?: number | undefined
    /** Minimum number of connections to one server that carry operations. Default: 0. */
    minPoolSize?: number | undefined
    /** Most connections that are opened to a server at the same time. Default: 2. */
    maxConnecting?: number | undefined
    /** Name of the application, which MongoDB shows with its connections. */
    appName?: string | undefined
    /** Names of compressors, the preferred one first: `'zstd'`, `'snappy'`, `'zlib'`. */
    compressors?: string | string[] | undefined
    /** From 0 to 9, or -1 for the default of zlib. */
    zlibCompressionLevel?: number | undefined

    // Credentials and TLS

    /** Name of the database that has the user. Default: the database of the connection string, otherwise `'admin'`. */
    authSource?: string | undefined
    /** `'SCRAM-SHA-256'`, `'SCRAM-SHA-1'`, `'MONGODB-X509'` or `'PLAIN'`. Default: what the server prefers. */
    authMechanism?: string | undefined
    authMechanismProperties?: object | undefined
    /** Whether to use TLS. Default: `false`, and `true` for `mongodb+srv`. */
    tls?: boolean | undefined
    /**
     * Path of a PEM file with the certificate authorities to trust. Default: those of Node, of the operating system and
     * of `NODE_EXTRA_CA_CERTS`.
     */
    tlsCAFile?: string | undefined
    /** File with the certificate and the key of the client, in PEM form. */
    tlsCertificateKeyFile?: string | undefined
    /** Password of the key. */
    tlsCertificateKeyFilePassword?: string | undefined
    /** Whether to trust any certificate. For tests only. */
    tlsAllowInvalidCertificates?: boolean | undefined
    /** The same. */
    tlsInsecure?: boolean | undefined

    [option: string]: any
  }

  /** A write concern: how many servers must confirm a write before it succeeds. */
  interface WriteConcernLike {
    /** Number of servers, `'majority'`, or the name of a custom write concern. */
    w?: number | 'majority' | (string & {}) | undefined
    /** Whether the servers must have written to their journals. */
    journal?: boolean | undefined
    /** Older name of `journal`. */
    j?: boolean | undefined
    /** Time in milliseconds after which the wait for the servers fails with a `MongoWriteConcernError`. */
    wtimeoutMS?: number | undefined
    /** Older name of `wtimeoutMS`. */
    wtimeout?: number | undefined
  }

  /** A `MongoClient` of any version of the `mongodb` package. */
  interface MongoClientLike {
    db(name?: string, ...more: any[]): { collection(name: string, ...more: any[]): any }
  }

  /** A `Db` of any version of the `mongodb` package. */
  interface DbLike {
    readonly databaseName: string
    collection(name: string, ...more: any[]): any
  }

  /** A connection of any version of mongoose. */
  interface MongooseConnectionLike {
    /** 0 closed, 1 open, 2 connecting, 3 closing. */
    readonly readyState: number
    once(event: any, listener: (...args: any[]) => void): any
  }

  /** The argument of the factory: `express-session`, or an older `connect` or `express` with a `session` member. */
  type SessionStoreHost = StoreClasses | { readonly session: StoreClasses }

  /** The store classes of a session package. */
  interface StoreClasses {
    /** The class from which the made class derives. */
    readonly Store: abstract new (
      ...args: any[]
    ) => any
    /** The class that `fallbackMemory` uses. */
    readonly MemoryStore?: (abstract new (...args: any[]) => any) | undefined
  }

  /** A class that the factory made. */
  interface LegacyMongoStoreConstructor {
    /**
     * Makes a store and starts to connect.
     *
     * @throws {Error} if no connection option is given, or if an option has an unusable value; the message names the
     *   option
     */
    new <T extends SessionData = SessionData>(options: LegacyMongoStoreOptions<T>): LegacyMongoStore<T>
  }

  /** A store of a class that the factory made. */
  interface LegacyMongoStore<T extends SessionData = SessionData> extends MongoStore<T> {
    /** State of the connection. Each change emits an event with the name of the new state. */
    readonly state: ConnectionState
    /**
     * Lifetime in seconds of a session whose cookie sets no `expires`. You may change it. (A store of
     * `MongoStore.create` reads `options.ttl` instead.)
     */
    ttl: number
  }

  /** States of the connection of a store whose class the factory made. */
  type ConnectionState = 'init' | 'connecting' | 'connected' | 'disconnected'

  /**
   * The events of a store, with the arguments of their listeners. `sid` is the session id, not the `_id` of the
   * document.
   */
  interface MongoStoreEvents<T extends SessionData = SessionData> {
    /** `set` stored a session for the first time. Emitted before `set`. */
    create: [sid: string]
    /** `set` changed a session that existed already. Emitted before `set`. */
    update: [sid: string]
    /** A session was stored. */
    set: [sid: string]
    /** A session was read. Except in a class of the factory, also emitted if it was not found. */
    get: [sid: string]
    /** The life of a session was extended. */
    touch: [sid: string, session: T]
    /** A session was removed, or did not exist. */
    destroy: [sid: string]
    /** All sessions were read. */
    all: [sessions: T[]]
    /** Factory only: the constructor has begun. */
    init: []
    /** Factory only: the connection is being opened. */
    connecting: []
    /** Factory only: the connection is open and the index is ready, or servers that were away are back. */
    connected: []
    /** Factory only: no server can be used from now on. Operations wait for one as long as their deadlines allow. */
    disconnected: []
  }

  /** Arguments of the event `E`; `any[]` for an event that is not one of the store's. */
  type EventArguments<T extends SessionData, E extends string | symbol> = E extends keyof MongoStoreEvents
    ? MongoStoreEvents<T>[E]
    : any[]

  /** A listener to the event `E`. */
  type EventListener<T extends SessionData, E extends string | symbol> = (...args: EventArguments<T, E>) => void

  /** A document of the collection, as the store writes it. */
  interface SessionDocument {
    /** The session id. With `transformId`, what that returned, which need not be a string. */
    _id: string
    /** The stored value of the session. Default: JSON text. */
    session: any
    /** When the session expires. */
    expires?: Date
    /** When the session was last written. Only with `touchAfter`. */
    lastModified?: Date
    /** When the session was first written. Only with `timestamps`. */
    createdAt?: Date
    /** When the session was last written or touched. Only with `timestamps`. */
    updatedAt?: Date
  }

  // These objects belong to the release of `mongodb` that your application has, which may be any. The types of one
  // release do not fit another.

  /** `MongoClient` of your `mongodb` package, or else of the store's own copy, version 6. */
  type DriverClient = any
  /** `Db` of the same package. */
  type DriverDb = any
  /** `Collection` of the same package. */
  type DriverCollection = any

  /**
   * What a method returns: a promise of `Result` if it is called without a callback.
   *
   * Do not pass the type parameter. It lets a subclass override a method with the callback alone, as stores for
   * express-session do. The compiler then takes `Callback` as `any`, and accepts `void` as a result.
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
    // SessionData above looks at this interface. The types of express and express-session add its members.
    interface Request {}
  }
}

export = MongoStore
