'use strict'

// The life cycle of every application. It listens on a free port of 127.0.0.1 and prints the port. It ends on SIGTERM
// or when its stdin ends. It then closes the store, uses its own connection once more, and closes that, too.

/**
 * @param {import('node:http').Server} server not listening yet
 * @param {object} parts
 * @param {object} parts.store
 * @param {Function} [parts.own] inserts one document into the collection `things` over the application's own connection
 * @param {Function} [parts.close] closes the application's own connection
 * Each function takes a callback or returns a promise.
 */
function serve(server, { store, own, close }) {
  server.listen(0, '127.0.0.1', () => {
    console.log(JSON.stringify({ port: server.address().port }))
  })
  whenTold(async () => {
    server.close()
    server.closeAllConnections?.()
    await store.close()
    if (own) await call(own)
    if (close) await call(close)
  })
}

/** Calls `end` once, when the application is asked to end. */
function whenTold(end) {
  let told = false
  const stop = async () => {
    if (told) return
    told = true
    process.stdin.destroy()
    try {
      await end()
    } catch (error) {
      console.error(error)
      process.exit(1)
    }
  }
  process.on('SIGTERM', stop)
  process.stdin.on('end', stop)
  process.stdin.on('error', stop)
  process.stdin.resume()
}

function call(given) {
  if (given.length === 0) return given()
  return new Promise((resolve, reject) => {
    given((error, result) => (error ? reject(error) : resolve(result)))
  })
}

module.exports = { serve, whenTold }
