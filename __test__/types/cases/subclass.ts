// Subclasses that override methods, either with callbacks only or with promises.

import session from 'express-session'
import { MongoStore, type ConnectMongoOptions } from 'connect-mongo-native'

interface Visit extends session.SessionData {
  referrer: string
}

export class Plain extends MongoStore {}
export class OfVisits extends MongoStore<Visit> {
  referrers: string[] = []
}
export class Generic<T extends session.SessionData> extends MongoStore<T> {
  constructor(options: Omit<ConnectMongoOptions<T>, 'collectionName'>) {
    super({ ...options, collectionName: 'generic' })
  }
}

export class WithCallbacks extends MongoStore {
  override get(sid: string, callback: (error: any, found?: session.SessionData | null) => void): void {
    super.get(sid, (error, found) => callback(error, found))
  }
  override set(sid: string, data: session.SessionData, callback?: (error: any) => void): void {
    super.set(sid, { ...data, cookie: data.cookie }, callback)
  }
  override touch(
    sid: string,
    data: session.SessionData & { lastModified?: Date },
    callback?: (error: any) => void,
  ): void {
    super.touch(sid, data, callback)
  }
  override destroy(sid: string, callback?: (error?: any) => void): void {
    super.destroy(sid, callback)
  }
  override all(callback: (error: any, sessions?: session.SessionData[] | null) => void): void {
    super.all(callback)
  }
  override length(callback: (error: any, length: number) => void): void {
    super.length(callback)
  }
  override clear(callback?: (error?: any) => void): void {
    super.clear(callback)
  }
  override async close(): Promise<void> {
    await super.close()
  }
}

export class WithPromises<T extends session.SessionData> extends MongoStore<T> {
  override async get(sid: string): Promise<T | null | undefined> {
    return super.get(sid)
  }
  override async all(): Promise<T[]> {
    return super.all()
  }
}

const mongoUrl = 'mongodb://127.0.0.1/app'
new Plain({ mongoUrl }).get('sid').then((found) => found?.cookie)
new OfVisits({ mongoUrl }).referrers.push('')
new Generic<Visit>({ mongoUrl }).get('sid', (_error, found) => found?.referrer)
export const stores: session.Store[] = [
  new Plain({ mongoUrl }),
  new OfVisits({ mongoUrl }),
  new Generic<Visit>({ mongoUrl }),
  new WithCallbacks({ mongoUrl }),
  new WithPromises<Visit>({ mongoUrl }),
]

export class Wrong extends MongoStore {
  // @ts-expect-error a session id is a string
  override get(sid: number): void {
    throw new Error(String(sid))
  }
}
