import MongoStore from './index.js'

const { createKrupteinAdapter, createWebCryptoAdapter } = MongoStore

export { MongoStore, MongoStore as default, createKrupteinAdapter, createWebCryptoAdapter }
