import MongoStore from './index.js'

export { MongoStore, MongoStore as default }
