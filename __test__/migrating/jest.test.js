'use strict'

// Tests that mock connect-mongo pass with this package in its place as they do with the genuine one.

const fs = require('node:fs')
const path = require('node:path')
const { describe, it } = require('node:test')
const { temporaryFolder } = require('../helpers/package-folder.js')
const { installApplication, runToEnd } = require('./helpers/applications.js')

describe('Tests that mock connect-mongo', { concurrency: false }, () => {
  const run = (folder) => runToEnd({ folder, file: path.join('node_modules', 'jest', 'bin', 'jest.js') })

  it('pass with connect-mongo', async () => {
    await run(await installApplication('from-connect-mongo-jest'))
  })

  it('pass with this package', async (t) => {
    const folder = path.join(temporaryFolder(t), 'now')
    fs.cpSync(await installApplication('from-connect-mongo-jest'), folder, { recursive: true })
    const modules = path.join(folder, 'node_modules')
    fs.rmSync(path.join(modules, 'connect-mongo'), { recursive: true })
    fs.renameSync(path.join(modules, 'connect-mongo-native'), path.join(modules, 'connect-mongo'))
    await run(folder)
  })
})
