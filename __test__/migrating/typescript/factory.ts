// connect-mongo 3, with esModuleInterop.

import connectMongo from 'connect-mongo'
import session from 'express-session'

const MongoStore = connectMongo(session)

export const store = new MongoStore({ url: 'mongodb://127.0.0.1:27017/app', touchAfter: 24 * 3600 })
store.on('create', (sid: string) => sid.length)
