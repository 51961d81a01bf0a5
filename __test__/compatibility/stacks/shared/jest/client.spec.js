'use strict'

// The tests of an application that closes the store by its client.

const express = require('express')
const session = require('express-session')
const connectMongo = require('connect-mongo-native')
const describeHttp = require('../runner/http.js')

describeHttp({ express, session, connectMongo }, async (store) => (await store.clientP).close())
