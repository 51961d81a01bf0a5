'use strict'

// A visitor of the servers of examples/, who opens a connection for each request. So the processes behind a port take turns.

const { get } = require('node:http')

/** Visits `origin` with one cookie. Each call resolves with the number of visits that the page tells. */
function visitor(origin) {
  let cookie
  return () =>
    new Promise((resolve, reject) => {
      const request = get(origin, { agent: false, headers: cookie ? { cookie } : {} }, (response) => {
        cookie ??= response.headers['set-cookie']?.[0].split(';')[0]
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (text) => {
          body += text
        })
        response.once('error', reject)
        response.once('end', () => {
          const visits = /: (\d+)$/m.exec(body)?.[1]
          if (visits === undefined) reject(new Error(`the server answered ${response.statusCode}: ${body}`))
          else resolve(Number(visits))
        })
      })
      request.once('error', reject)
    })
}

module.exports = { visitor }
