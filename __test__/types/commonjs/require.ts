// A module that is compiled to CommonJS, with `require` spelt out.

import session = require('express-session')
import connectMongo = require('connect-mongo-native')

const MongoStore = connectMongo(session)
const store: connectMongo.LegacyMongoStore = new MongoStore({ url: 'mongodb://127.0.0.1/app' })
session({ secret: 's', store })

class Sub extends connectMongo {}
const other: connectMongo = new Sub({ mongoUrl: 'mongodb://127.0.0.1/app' })

export = { store, other }
