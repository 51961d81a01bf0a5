// A module of a workspace. It is started from the folder above.

import express from 'express'
import session from 'express-session'
import connectMongo from 'connect-mongo-native'
import run from '../../../shared/own-session.js'

run({ express, session, connectMongo })
