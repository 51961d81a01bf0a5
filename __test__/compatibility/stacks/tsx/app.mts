// A TypeScript entry as an ES module.

import connectMongo from 'connect-mongo-native'
import express from 'express'
import session from 'express-session'
import run from './shared/own-session.js'

run({ express, session, connectMongo })
