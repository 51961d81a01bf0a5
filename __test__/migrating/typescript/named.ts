// connect-mongo 6, and the type of its options.

import { MongoStore } from 'connect-mongo'

type Options = Parameters<typeof MongoStore.create>[0]
const options: Options = { mongoUrl: 'mongodb://127.0.0.1:27017/app', timestamps: true }

export const store: MongoStore = MongoStore.create(options)
