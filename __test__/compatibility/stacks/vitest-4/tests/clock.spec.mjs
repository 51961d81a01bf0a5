import connectMongo from 'connect-mongo-native'
import { vi } from 'vitest'
import describeClock from '../shared/runner/clock.js'

describeClock(connectMongo, vi)
