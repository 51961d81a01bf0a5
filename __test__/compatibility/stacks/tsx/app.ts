// A TypeScript entry in CommonJS.

import express = require('express')
import session = require('express-session')
import connectMongo = require('connect-mongo-native')
import run = require('./shared/own-session.js')

run({ express, session, connectMongo })
