'use strict'

const express = require('express')
const session = require('express-session')
const connectMongo = require('connect-mongo-native')
const describeHttp = require('../runner/http.js')

describeHttp({ express, session, connectMongo }, (store) => store.close())
