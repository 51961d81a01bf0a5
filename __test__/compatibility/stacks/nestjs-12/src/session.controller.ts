// The routes that every application has, written as NestJS users write them.

import { Controller, Get, HttpCode, Post, Query, Req, Session } from '@nestjs/common'
import type { Request } from 'express'
import type { SessionData } from 'express-session'

declare module 'express-session' {
  interface SessionData {
    user?: string
    count?: number
  }
}

@Controller()
export class SessionController {
  @Get('me')
  me(@Req() request: Request, @Session() session: SessionData) {
    return { id: request.sessionID, user: session.user ?? null }
  }

  @Post('login')
  @HttpCode(200)
  async login(@Req() request: Request, @Query('user') user: string) {
    await new Promise<void>((resolve, reject) => {
      request.session.regenerate((error) => (error ? reject(error) : resolve()))
    })
    request.session.user = user
    return { id: request.sessionID }
  }

  @Post('count')
  @HttpCode(200)
  count(@Req() request: Request, @Session() session: SessionData) {
    session.count = (session.count ?? 0) + 1
    return { id: request.sessionID, count: session.count }
  }

  @Post('logout')
  @HttpCode(200)
  async logout(@Req() request: Request) {
    await new Promise<void>((resolve, reject) => {
      request.session.destroy((error) => (error ? reject(error) : resolve()))
    })
    return {}
  }
}
