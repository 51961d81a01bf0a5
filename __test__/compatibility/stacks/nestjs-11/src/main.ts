// NestJS 11 as the Nest CLI sets a project up: compiled to CommonJS, without `esModuleInterop`.

import { Controller, Get, HttpCode, Module, Post, Query, Req } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import MongoStore from 'connect-mongo'
import type { Request } from 'express'
import * as session from 'express-session'
import { whenTold } from '../shared/serve.js'

declare module 'express-session' {
  interface SessionData {
    user?: string
    count?: number
  }
}

@Controller()
class SessionController {
  @Get('me')
  me(@Req() req: Request) {
    return { id: req.sessionID, user: req.session.user ?? null }
  }

  @Post('login')
  @HttpCode(200)
  async login(@Req() req: Request, @Query('user') user: string) {
    await new Promise<void>((resolve, reject) => {
      req.session.regenerate((error) => (error ? reject(error) : resolve()))
    })
    req.session.user = user
    return { id: req.sessionID }
  }

  @Post('count')
  @HttpCode(200)
  count(@Req() req: Request) {
    req.session.count = (req.session.count ?? 0) + 1
    return { id: req.sessionID, count: req.session.count }
  }

  @Post('logout')
  @HttpCode(200)
  async logout(@Req() req: Request) {
    await new Promise<void>((resolve, reject) => {
      req.session.destroy((error) => (error ? reject(error) : resolve()))
    })
    return {}
  }
}

@Module({ controllers: [SessionController] })
class AppModule {}

const { MONGO_URL = '', VARIANT = '', MAX_AGE } = process.env

const makers = {
  factory: () => new (MongoStore(session))({ url: MONGO_URL }),
  create: () => MongoStore.create({ mongoUrl: MONGO_URL }),
}

async function bootstrap() {
  const store = makers[VARIANT as keyof typeof makers]()
  const app = await NestFactory.create<NestExpressApplication>(AppModule, {
    logger: ['error', 'warn'],
    forceCloseConnections: true,
  })
  app.use(
    session({
      secret: 'keyboard cat',
      resave: false,
      saveUninitialized: false,
      cookie: { maxAge: Number(MAX_AGE) },
      store,
    }),
  )
  await app.listen(0, '127.0.0.1')
  console.log(JSON.stringify({ port: Number(new URL(await app.getUrl()).port) }))
  whenTold(async () => {
    await app.close()
    await store.close()
  })
}

bootstrap()
