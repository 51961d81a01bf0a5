// Both kinds of import in one module, as `module: preserve` allows.

import session = require('express-session')
import required = require('connect-mongo-native')
import imported from 'connect-mongo-native'

const options: required.ConnectMongoOptions = { mongoUrl: 'mongodb://127.0.0.1/app' }

session({ secret: 's', store: required.create(options) })
session({ secret: 's', store: new (required(session))({ url: 'mongodb://127.0.0.1/app' }) })

export const stores: required[] = [new imported(options), new required(options)]
