'use strict'

// The life of every application here: it listens on a free port of 127.0.0.1 and prints it, and ends on SIGTERM or when
// its stdin ends: first the store is closed, then the application's own connection is used once more, and closed.

/**
 * @param {import('node:http').Server} server not listening yet
 * @param {object} parts
 * @param {object} parts.store
 * @param {Function} [parts.own] puts one document into the collection `things` by the application's own connection
 * @param {Function} [parts.close] closes the application's own connection
 * Each function takes a callback, or gives a promise.
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

/** Runs the end of the application once, when it is asked to end. */
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
