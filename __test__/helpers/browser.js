'use strict'

// A minimal browser for sessions: it keeps cookies, sends them back, and does not follow redirects.

class Browser {
  /** Name -> value, as the server sent it. */
  cookies = new Map()
  #origin

  constructor(origin) {
    this.#origin = origin
  }

  get(path) {
    return this.#request('GET', path)
  }

  /** Posts a form. Without `fields`, the body is empty. */
  post(path, fields) {
    return this.#request('POST', path, fields && new URLSearchParams(fields))
  }

  /** Another browser with a copy of the current cookies, for this origin or another one. */
  clone(origin = this.#origin) {
    const copy = new Browser(origin)
    for (const [name, value] of this.cookies) copy.cookies.set(name, value)
    return copy
  }

  /** Resolves with the status, the body (parsed if it is JSON) and the response's Set-Cookie headers. */
  async #request(method, path, body) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(this.#origin + path, {
      method,
      body,
      redirect: 'manual',
      headers: cookie ? { cookie } : {},
      signal: AbortSignal.timeout(60_000),
    })
    const setCookie = response.headers.getSetCookie()
    for (const header of setCookie) this.#keep(header)
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json')
    return { status: response.status, body: isJson ? JSON.parse(text) : text, setCookie }
  }

  #keep(header) {
    const [, name, value, attributes] = /^([^=]+)=([^;]*)(.*)$/s.exec(header)
    const expires = /;\s*expires=([^;]+)/i.exec(attributes)?.[1]
    if (expires && new Date(expires) <= new Date()) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}

module.exports = { Browser }
