import connectMongo from 'connect-mongo-native'
import express from 'express'
import session from 'express-session'
import describeHttp from '../shared/runner/http.js'

describeHttp({ express, session, connectMongo }, (store) => store.close())
