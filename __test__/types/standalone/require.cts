// The same for CommonJS.

import MongoStore = require('connect-mongo-native')

class Sub extends MongoStore<{ views: number }> {}
const store: MongoStore = new Sub({ mongoUrl: 'mongodb://127.0.0.1/app' })

export = store
