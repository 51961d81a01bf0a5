'use strict'

// A reverse proxy that speaks HTTPS with the browser and HTTP with the server, as nginx and load balancers do.

const { once } = require('node:events')
const { readFileSync } = require('node:fs')
const http = require('node:http')
const https = require('node:https')

/**
 * Starts a proxy to `target`, until the end of the test. It tells the server of the protocol, unless `tells` is false. Resolves
 * with `request(path, { method, cookie })`, which resolves as soon as the headers of the response are there:
 *
 * - `status` and `location`;
 * - `setCookie`: the header of the session's cookie, if there is one, and `cookie`: what a browser sends back of it;
 * - `text()`: the body, when it has arrived.
 */
async function startTlsProxy(t, { certificates, target, tells = true }) {
  const pem = readFileSync(certificates.server)
  const proxy = https.createServer({ key: pem, cert: pem }, (req, res) => {
    const forwarded = tells ? { 'x-forwarded-proto': 'https', 'x-forwarded-for': req.socket.remoteAddress } : {}
    const options = { method: req.method, headers: { ...req.headers, ...forwarded }, agent: false }
    const upstream = http.request(new URL(req.url, target), options, (answer) => {
      res.writeHead(answer.statusCode, answer.headers).flushHeaders()
      answer.pipe(res)
    })
    upstream.once('error', (error) => res.destroy(error))
    req.pipe(upstream)
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  t.after(() => {
    proxy.closeAllConnections()
    proxy.close()
  })
  const origin = `https://127.0.0.1:${proxy.address().port}`
  const ca = readFileSync(certificates.ca)

  async function request(path, { method = 'GET', cookie } = {}) {
    const outgoing = https.request(new URL(path, origin), {
      ca,
      method,
      agent: false,
      headers: cookie ? { cookie } : {},
    })
    outgoing.end()
    const [response] = await once(outgoing, 'response')
    const [setCookie] = response.headers['set-cookie'] ?? []
    return {
      status: response.statusCode,
      location: response.headers.location,
      setCookie,
      cookie: setCookie?.split(';')[0],
      text: async () => Buffer.concat(await response.toArray()).toString(),
    }
  }
  return { request }
}

module.exports = { startTlsProxy }
