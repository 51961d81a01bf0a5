'use strict'

// Sails 1 with its own session hook, as `node app.js` starts it; config/session.js says where the sessions are.

const sails = require('sails')
const { whenTold } = require('./shared/serve.js')

sails.lift({ appPath: __dirname }, (error) => {
  if (error) {
    console.error(error)
    process.exit(1)
  }
  console.log(JSON.stringify({ port: sails.hooks.http.server.address().port }))
  whenTold(async () => {
    sails.hooks.http.server.closeAllConnections()
    await new Promise((resolve, reject) => {
      sails.lower((failure) => (failure ? reject(failure) : resolve()))
    })
    await sails.config.session.store.close()
  })
})
