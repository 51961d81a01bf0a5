// Types of `import … from 'connect-mongo-native'`: the same value and types as those of `require`.

export { default, MongoStore } from './index.js'

export type {
  AutoRemoveMode,
  ConnectionState,
  ConnectMongoOptions,
  DbLike,
  DefaultOptions,
  DriverClient,
  DriverCollection,
  DriverDb,
  LegacyMongoStore,
  LegacyMongoStoreConstructor,
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
  Serialize,
  SessionData,
  SessionDocument,
  SessionStoreHost,
  StorageId,
  StoreClasses,
  Unserialize,
  WriteConcernLike,
} from './index.js'
