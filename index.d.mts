// Types of `import … from 'connect-mongo-native'`: the same value and types as those of `require`.

import MongoStore from './index.js'

export { default, MongoStore } from './index.js'

export declare const createKrupteinAdapter: typeof MongoStore.createKrupteinAdapter
export declare const createWebCryptoAdapter: typeof MongoStore.createWebCryptoAdapter

export type {
  AutoRemoveMode,
  ConnectionState,
  ConnectMongoOptions,
  CryptoAdapter,
  CryptoOptions,
  DbLike,
  DefaultOptions,
  DriverClient,
  DriverCollection,
  DriverDb,
  EncryptionKey,
  EncryptionOptions,
  LegacyMongoStore,
  LegacyMongoStoreConstructor,
  LatencyStats,
  LegacyMongoStoreOptions,
  MongoClientLike,
  MongoConnectOptions,
  MongooseConnectionLike,
  MongooseConnectionOptions,
  MongoStoreEvents,
  MongoStoreFactory,
  MongoUrlOptions,
  NativeMongoOptions,
  NativeMongoPromiseOptions,
  OperationMessage,
  Serialize,
  SessionData,
  SessionDocument,
  SessionStoreHost,
  StorageId,
  StoreClasses,
  Unserialize,
  StoreStats,
  WebCryptoAdapterOptions,
  WriteConcernLike,
} from './index.js'
