// The load generator of the HTTP benchmark: autocannon, in a process of its own. Every connection sends the cookies of
// sessions chosen at random, one after the other.

import { createHmac } from 'node:crypto'
import autocannon from 'autocannon'
import { Latencies } from '../lib/latencies.mjs'
import { serve } from '../lib/serve.mjs'
import { sidsOf } from '../lib/sessions.mjs'

/** How many sessions a connection goes through before it begins again. */
const SESSIONS = 200

/** A cookie as express-session signs it. */
function cookieOf(sid, secret) {
  const signature = createHmac('sha256', secret).update(sid).digest('base64').replace(/=+$/, '')
  return `connect.sid=${encodeURIComponent(`s:${sid}.${signature}`)}`
}

serve({
  /** Asks one page of session `key` twice; gives what it answers. */
  async ask({ port, path, kb, key, secret }) {
    const headers = { cookie: cookieOf(sidsOf(kb)[key], secret) }
    const answers = []
    for (let time = 0; time < 2; time += 1) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers })
      answers.push(response.ok ? await response.json() : { status: response.status })
    }
    return answers
  },

  /** Loads one page for `seconds`. */
  async run({ port, path, kb, secret, connections, seconds }) {
    const cookies = sidsOf(kb).map((sid) => cookieOf(sid, secret))
    const latencies = new Latencies()
    let failed = 0
    let first
    let last
    const setupClient = (client) => {
      const requests = Array.from({ length: SESSIONS }, () => {
        const cookie = cookies[Math.floor(Math.random() * cookies.length)]
        return { method: 'GET', path, headers: { cookie } }
      })
      client.setRequests(requests)
    }
    const instance = autocannon({ url: `http://127.0.0.1:${port}`, connections, duration: seconds, setupClient })
    instance.on('response', (_client, status, _bytes, ms) => {
      last = performance.now()
      first ??= last
      if (status === 200) latencies.record(ms)
      else failed += 1
    })
    const result = await instance
    const errors = failed + result.errors + result.timeouts
    return {
      count: latencies.count,
      // From answer to answer: autocannon's own duration has the time in it that its requests take to make.
      perSecond: (latencies.count / (last - first)) * 1000,
      ...latencies.summary(),
      errors,
      firstError:
        errors > 0 ? `${failed} of a status but 200, ${result.errors} failed, ${result.timeouts} timed out` : undefined,
    }
  },
})
