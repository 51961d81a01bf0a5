'use strict'

// The sets of options for the plays. `since` is the first release of connect-mongo that supports the option. `plays`
// names the plays to run if some make no sense with these options.

const toText = (value) => `v1:${Buffer.from(JSON.stringify(value) ?? 'undefined').toString('base64')}`
const fromText = (text) => {
  const json = Buffer.from(String(text).slice(3), 'base64').toString()
  return json === 'undefined' ? undefined : JSON.parse(json)
}

const OPTIONS = [
  { name: 'defaults', options: {} },
  { name: 'stringify: false', options: { stringify: false } },
  { name: 'stringify: 0', options: { stringify: 0 } },
  { name: 'touchAfter', options: { touchAfter: 3600 } },
  { name: 'touchAfter as text', options: { touchAfter: '3600' }, plays: ['life', 'lastModified'] },
  { name: 'touchAfter, stringify: false', options: { touchAfter: 3600, stringify: false } },
  { name: 'timestamps', options: { timestamps: true }, since: 6 },
  { name: 'timestamps and touchAfter', options: { timestamps: true, touchAfter: 3600 }, since: 6 },
  { name: 'ttl', options: { ttl: 600 } },
  { name: 'ttl as text', options: { ttl: '600' }, plays: ['life', 'cookies'] },
  { name: 'ttl: 0', options: { ttl: 0 }, plays: ['cookies'] },
  { name: 'collection', options: { collectionName: 'people' } },
  { name: 'dbName', options: (database) => ({ dbName: `${database}-b` }), database: (name) => `${name}-b`, since: 3 },
  { name: 'serialize and unserialize of text', options: { serialize: toText, unserialize: fromText } },
  {
    name: 'serialize and unserialize of objects',
    options: {
      serialize: (value) => ({ wrapped: value && { ...value, cookie: null } }),
      unserialize: (stored) => stored?.wrapped,
    },
  },
  { name: 'only unserialize', options: { unserialize: (stored) => ({ read: true, ...stored }) } },
  { name: 'only serialize', options: { serialize: (value) => ({ n: value?.n ?? null }) } },
  {
    name: 'a serialize that throws',
    options: {
      serialize: () => {
        throw new RangeError('no')
      },
    },
    plays: ['life'],
  },
  {
    name: 'an unserialize that throws',
    options: {
      unserialize: () => {
        throw new RangeError('no')
      },
    },
    plays: ['life', 'all'],
  },
  { name: 'an unserialize without a result', options: { unserialize: () => undefined }, plays: ['life'] },
  {
    name: 'asynchronous hooks',
    options: { serialize: async (value) => value.n, unserialize: async (n) => ({ n }) },
    plays: ['two people'],
  },
  { name: 'transformId', options: { transformId: (sid) => `prefix/${sid}` } },
  {
    name: 'transformId that gives an object',
    options: { transformId: (sid) => ({ app: 1, sid }) },
    plays: ['life', 'all'],
  },
  { name: 'transformId that gives a number', options: { transformId: (sid) => sid.charCodeAt(0) }, plays: ['life'] },
  {
    name: 'transformId that throws',
    options: {
      transformId: () => {
        throw new RangeError('no')
      },
    },
    plays: ['life'],
  },
  {
    name: 'an asynchronous transformId',
    options: { transformId: async (sid) => `later/${sid}` },
    plays: ['two people'],
  },
  { name: 'writeOperationOptions', options: { writeOperationOptions: { w: 1, j: false, wtimeout: 5000 } }, since: 3 },
  {
    name: 'writeOperationOptions that cannot be met',
    options: { autoRemove: 'disabled', writeOperationOptions: { w: 5, wtimeout: 100 } },
    plays: ['life', 'clear'],
    since: 3,
  },
  { name: 'unacknowledged writes', options: { writeOperationOptions: { w: 0 } }, plays: ['unacknowledged'], since: 3 },
  { name: 'autoRemove: native', options: { autoRemove: 'native' }, plays: ['index', 'life', 'clear'] },
  {
    name: 'autoRemove: interval',
    options: { autoRemove: 'interval', autoRemoveInterval: 5 },
    plays: ['index', 'life', 'clear'],
  },
  { name: 'autoRemove: disabled', options: { autoRemove: 'disabled' }, plays: ['index', 'life', 'clear'] },
  { name: 'another autoRemove', options: { autoRemove: 'sometimes' }, plays: ['index', 'life', 'clear'] },
  { name: 'an unknown option', options: { colour: 'red' }, plays: ['life'] },
]

module.exports = { OPTIONS }
