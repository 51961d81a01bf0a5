// The entry of all bundles that are made of ES modules: the counterpart of bundled.js.

import connectMongo from 'connect-mongo-native'
import express from 'express'
import session from 'express-session'
import run from './own-session.js'

run({ express, session, connectMongo }, process.env.VARIANT.includes('inside'))
