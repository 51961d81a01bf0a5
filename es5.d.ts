// Types of `connect-mongo-native/es5`, a path of the 1.x releases: the same value as the package itself.

import MongoStore = require('./index.js')

export = MongoStore
