// The database of the program of the block, seen by another client.

import { MongoClient } from 'mongodb'

export const client = await MongoClient.connect(process.env.MONGO_URL)
export const db = client.db()
export const sessions = db.collection('sessions')
