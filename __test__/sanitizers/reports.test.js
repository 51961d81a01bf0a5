'use strict'

// Which parts of the reports of AddressSanitizer count in `npm run sanitize -- address`, where Node is not ours.

const assert = require('node:assert/strict')
const { before, it } = require('node:test')

const ADDON = '/checkout/connect-mongo-native.node'

const ERROR = `==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x60d000000078 at pc 0x7f0000000000
    #0 0x7f0000000000 in connect_mongo_native::node::completion /checkout/src/node/completion.rs:60:9 (${ADDON})`

const OURS = `Direct leak of 64 byte(s) in 1 object(s) allocated from:
    #0 0x7f0000000001 in malloc asan_malloc_linux.cpp:67:3 (/checkout/address-runtime.so)
    #1 0x7f0000000002 in connect_mongo_native::node::store /checkout/src/node/store.rs:60:9 (${ADDON})`

const OF_NODE = `Direct leak of 32 byte(s) in 1 object(s) allocated from:
    #0 0x7f0000000001 in malloc asan_malloc_linux.cpp:67:3 (/checkout/address-runtime.so)
    #1 0x0000008e0000 in node::Start(int, char**) node.cc (/usr/bin/node)`

let findingsOf
before(async () => {
  ;({ findingsOf } = await import('../../scripts/sanitize/reports.mjs'))
})

it('an error counts', () => {
  const report = `=================================================================\n${ERROR}\n\nfreed by thread T1 here:\n    #0 0x1\n`
  assert.equal(findingsOf(report, ADDON).length, 1)
})

it('a leak counts if its memory was allocated by the addon or on its behalf', () => {
  const report = `\n==7==ERROR: LeakSanitizer: detected memory leaks\n\n${OF_NODE}\n\n${OURS}\n\nSUMMARY: AddressSanitizer: 96 byte(s) leaked\n`
  assert.deepEqual(findingsOf(report, ADDON), [OURS])
})
