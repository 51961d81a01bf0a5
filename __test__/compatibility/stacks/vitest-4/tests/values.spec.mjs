import connectMongo from 'connect-mongo-native'
import describeValues from '../shared/runner/values.js'

describeValues(connectMongo)
