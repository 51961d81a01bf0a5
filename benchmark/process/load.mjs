// The load generator of the HTTP benchmark: autocannon in a process of its own. Each connection sends the cookies of
// randomly chosen sessions, one after the other.

import { createHmac } from 'node:crypto'
import autocannon from 'autocannon'
import { serve } from '../../scripts/lib/serve.mjs'
import { Latencies } from '../lib/latencies.mjs'
import { sidsOf } from '../lib/sessions.mjs'

/** @typedef {typeof methods} Methods */
/** @typedef {{ port: number, path: string, kb: number, secret: string }} Page */

/** The number of sessions that a connection uses before it starts again with the first. */
const SESSIONS = 200

/**
 * The cookie of a session, as express-session signs it.
 * @param {string} sid
 * @param {string} secret
 */
function cookieOf(sid, secret) {
  const signature = createHmac('sha256', secret).update(sid).digest('base64').replace(/=+$/, '')
  return `connect.sid=${encodeURIComponent(`s:${sid}.${signature}`)}`
}

const methods = {
  /**
   * Requests a page twice, with the session `key`. Gives both answers.
   * @param {Page & { key: number }} options
   */
  async ask({ port, path, kb, key, secret }) {
    const headers = { cookie: cookieOf(sidsOf(kb)[key], secret) }
    /** @type {{ key?: number, views?: number, status?: number }[]} */
    const answers = []
    for (let time = 0; time < 2; time += 1) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers })
      answers.push(response.ok ? Object(await response.json()) : { status: response.status })
    }
    return answers
  },

  /**
   * Loads a page for a while.
   * @param {Page & { connections: number, seconds: number }} options
   */
  async run({ port, path, kb, secret, connections, seconds }) {
    const cookies = sidsOf(kb).map((sid) => cookieOf(sid, secret))
    const latencies = new Latencies()
    let failed = 0
    let first = 0
    let last = 0
    /** @param {import('autocannon').Client} client */
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
      first ||= last
      if (status === 200) latencies.record(ms)
      else failed += 1
    })
    const result = await instance
    const errors = failed + result.errors + result.timeouts
    return {
      count: latencies.count,
      // From the first answer to the last: autocannon's own duration includes the time in which it prepares requests.
      perSecond: (latencies.count / (last - first)) * 1000,
      ...latencies.summary(),
      errors,
      firstError:
        errors > 0
          ? `${failed} answers without status 200, ${result.errors} failures, ${result.timeouts} timeouts`
          : undefined,
    }
  },
}

serve(methods)
