// connect-mongo 4 to 6.

import MongoStore from 'connect-mongo'
import session from 'express-session'

export const options: session.SessionOptions = {
  secret: 'keyboard cat',
  store: MongoStore.create({ mongoUrl: 'mongodb://127.0.0.1:27017/app', ttl: 60, crypto: { secret: 'squirrel' } }),
}
