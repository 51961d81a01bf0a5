'use strict'

// Loaded before a program of the docs. When the program listens on the port that the docs have, it gets a free one. It prints
// `{"port": N}` for the test, and tells a context by the promise `process.listening`.

const net = require('node:net')

const PORT = 3000
const { listen } = net.Server.prototype
let tell
process.listening = new Promise((resolve) => {
  tell = resolve
})

net.Server.prototype.listen = function listenOnFreePort(first, ...rest) {
  const asked = first !== null && typeof first === 'object' ? first.port : first
  if (Number(asked) !== PORT) return listen.call(this, first, ...rest)
  this.once('listening', () => {
    const { port } = this.address()
    console.log(JSON.stringify({ port }))
    tell(port)
  })
  return listen.call(this, typeof first === 'object' ? { ...first, port: 0 } : 0, ...rest)
}
