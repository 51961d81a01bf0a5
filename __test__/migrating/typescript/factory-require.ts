// connect-mongo 3, as in a program without esModuleInterop.

import connectMongo = require('connect-mongo')
import session = require('express-session')

const MongoStore = connectMongo(session)

export const options: session.SessionOptions = {
  secret: 'keyboard cat',
  store: new MongoStore({ url: 'mongodb://127.0.0.1:27017/app', stringify: false }),
}
