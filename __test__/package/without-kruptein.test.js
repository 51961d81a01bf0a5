'use strict'

// Where kruptein is not installed: what is native needs no package, and what needs one says so.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { runProgram } = require('../helpers/child.js')
const { packageFolder } = require('../helpers/package-folder.js')

test('only options that are not native need kruptein, and the error names it', async (t) => {
  const program = async () => {
    const { createKrupteinAdapter } = require('connect-mongo-native')
    const messages = []
    for (const options of [
      { algorithm: 'camellia-256-cbc' },
      { hashing: 'md5' },
      { encodeas: 'latin1' },
      { use_scrypt: true },
      { _key_size: 16 },
    ]) {
      try {
        createKrupteinAdapter({ secret: 'squirrel', ...options })
      } catch (error) {
        messages.push(error.message)
      }
    }
    const adapter = createKrupteinAdapter({ secret: 'squirrel' })
    console.log(JSON.stringify({ messages, text: await adapter.decrypt(await adapter.encrypt('hello')) }))
  }
  const { code, lines, stderr } = await runProgram(program, {}, { cwd: packageFolder(t, ['bson']) })
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  const { messages, text } = JSON.parse(lines.at(-1))
  assert.equal(messages.length, 5)
  for (const message of messages)
    assert.match(message, /npm package "kruptein", which is not installed: npm install kruptein/)
  assert.equal(text, '"hello"')
})
