'use strict'

// AWS Lambda in small: execution environments, each a process that loads a handler once, gets one event after the other, and
// can be frozen in between.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { createInterface } = require('node:readline')
const { within } = require('./wait.js')

/** Starts an environment for the `handler` that `folder/handler.js` exports. It is gone after the test. */
function startEnvironment(t, { folder, env }) {
  const child = spawn(process.execPath, ['-e', `(${serve})()`], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.after(async () => {
    const closed = once(child, 'close')
    child.kill('SIGKILL') // Lambda gives no warning either
    await closed
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    /** Resolves with the handler's response. */
    async invoke(event) {
      child.stdin.write(`${JSON.stringify(event)}\n`)
      const { value } = await within('the response of the handler', lines.next())
      return JSON.parse(value)
    },
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
  }
}

/** Runs in the environment. */
async function serve() {
  const { handler } = require('./handler.js')
  for await (const line of require('node:readline').createInterface({ input: process.stdin })) {
    const response = await handler(JSON.parse(line), { awsRequestId: 'a request' })
    process.stdout.write(`${JSON.stringify(response)}\n`)
  }
}

/**
 * A request as an HTTP API of API Gateway, or a function URL, hands it over: payload format 2.0.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
function httpEvent(path, cookies = []) {
  const domainName = 'abcdef.execute-api.eu-central-1.amazonaws.com'
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    ...(cookies.length > 0 && { cookies }),
    headers: {
      accept: '*/*',
      'content-length': '0',
      host: domainName,
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    },
    requestContext: {
      accountId: '123456789012',
      apiId: 'abcdef',
      domainName,
      domainPrefix: 'abcdef',
      http: { method: 'GET', path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'a browser' },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: '$default',
      stage: '$default',
      time: '10/Mar/2026:05:16:23 +0000',
      timeEpoch: 1773119783636,
    },
    isBase64Encoded: false,
  }
}

module.exports = { httpEvent, startEnvironment }
