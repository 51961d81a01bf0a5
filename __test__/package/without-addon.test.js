'use strict'

// The package where its addon can't be loaded, for each reason that there is: the store works through the `mongodb` package,
// and one warning says why, and what to do.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { describe, it } = require('node:test')
const { PLATFORMS } = require('../../lib/common/absence.js')
const { runProgram } = require('../helpers/child.js')
const { linkInto, manifest, packageFolder, platformName, platformPackage } = require('../helpers/package-folder.js')
const { useServer } = require('../helpers/server.js')

const server = useServer()
const PLATFORM_PACKAGE = platformName()
const PLATFORM = PLATFORM_PACKAGE.slice(manifest.name.length + 1)
/** Node 20 has the permission model under its first name. */
const PERMISSION = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission'

/** Uses two stores of each style, and prints what they gave, and the warnings. */
async function useStores({ url }) {
  const session = require('express-session')
  const warnings = []
  process.on('warning', ({ code, message }) => warnings.push([code, message]))
  const MongoStore = require('connect-mongo-native')
  const events = []
  const seen = []
  for (const [n, Store] of [MongoStore, MongoStore(session), MongoStore, MongoStore(session)].entries()) {
    const place = { [Store === MongoStore ? 'mongoUrl' : 'url']: url, collectionName: `s${n}`, collection: `s${n}` }
    const store = new Store(
      Store === MongoStore ? { ...place, collection: undefined } : { ...place, collectionName: undefined },
    )
    for (const event of ['create', 'update', 'touch', 'destroy']) store.on(event, () => events.push(event))
    const aSession = () => ({ cookie: { originalMaxAge: 60_000 }, user: 'ann' })
    await store.set('a', aSession())
    await store.set('a', aSession())
    await store.touch('a', aSession())
    const { user } = await store.get('a')
    const [all, length] = [(await store.all()).length ?? 0, await store.length()]
    await store.destroy('a')
    await store.clear()
    seen.push([user, all, length, await store.length()])
    await store.close()
  }
  await new Promise(setImmediate)
  console.log(JSON.stringify({ seen, events, warnings: warnings.filter(([code]) => code?.startsWith('MONGO')) }))
}

/** Puts the package of the platform beside this one, with a file that `change` makes of the addon's bytes, if it makes one. */
function changedAddon(change) {
  return (copy) =>
    platformPackage(path.dirname(copy), (target, addon) => {
      const bytes = change(fs.readFileSync(addon))
      if (bytes) fs.writeFileSync(path.join(target, path.basename(addon)), bytes)
    })
}

/** An addon that Node loads, and that is none of ours. */
function otherVersion(copy, addon) {
  linkInto(copy, addon)
  const file = path.join(copy, 'package.json')
  fs.writeFileSync(file, JSON.stringify({ ...JSON.parse(fs.readFileSync(file, 'utf8')), version: '9.9.9' }))
}

/**
 * @type {Record<string, {place?: Function, args?: string[], env?: object, cause: RegExp, remedy: RegExp}>}
 */
const CAUSES = {
  'the package of the platform is not installed': {
    place() {},
    cause: new RegExp(`: the package ${PLATFORM_PACKAGE} is not installed\\.`),
    remedy: new RegExp(`npm install ${PLATFORM_PACKAGE}\\.$`),
  },
  'its file was deleted': {
    place: changedAddon(() => undefined),
    cause: new RegExp(`: the package ${PLATFORM_PACKAGE} has no addon in it\\.`),
    remedy: new RegExp(`npm install ${PLATFORM_PACKAGE}\\.$`),
  },
  'its file was cut off': {
    place: changedAddon((bytes) => bytes.subarray(0, 100_000)),
    cause: /: \S+\.node is incomplete: it has 100000 of \d+ bytes\./,
    remedy: /Install connect-mongo-native again\.$/,
  },
  'its file is empty': {
    place: changedAddon(() => Buffer.alloc(0)),
    cause: /: \S+\.node: file too short\./,
    remedy: /Install connect-mongo-native again\.$/,
  },
  'its file is something else': {
    place: changedAddon(() => Buffer.from('<html>404</html>'.repeat(1000))),
    cause: /: \S+\.node: invalid ELF header\./,
    remedy: /Install connect-mongo-native again\.$/,
  },
  'it is of another version': {
    place: otherVersion,
    cause: /: its version is not 9\.9\.9\./,
    remedy: /Install connect-mongo-native again\.$/,
  },
  'Node was started with --no-addons': {
    args: ['--no-addons'],
    cause: /: Cannot load native addon because loading addons is disabled\./,
    remedy: /Start Node without --no-addons, or with --allow-addons beside --permission\.$/,
  },
  'the permission model allows no addons': {
    args: [PERMISSION, '--allow-fs-read=*'],
    cause: /: Cannot load native addon because loading addons is disabled\./,
    remedy: /Start Node without --no-addons, or with --allow-addons beside --permission\.$/,
  },
}

async function run(t, { place, args, env } = {}) {
  const { code, lines, stderr } = await runProgram(
    useStores,
    { url: server.url(server.freshDb()) },
    { cwd: packageFolder(t, ['express-session'], place), args, env: { CONNECT_MONGO_NATIVE_ADDON: '', ...env } },
  )
  assert.equal(code, 0, stderr)
  return JSON.parse(lines.at(-1))
}

/** What the program prints with the addon. */
const expected = {
  seen: Array(4).fill(['ann', 1, 1, 0]),
  events: Array(4).fill(['create', 'update', 'touch', 'destroy']).flat(),
}

describe('Where the addon cannot be loaded, the store works, and one warning tells why', () => {
  for (const [reason, { cause, remedy, ...options }] of Object.entries(CAUSES)) {
    it(reason, async (t) => {
      const { warnings, ...found } = await run(t, options)
      assert.deepEqual(found, expected)
      assert.equal(warnings.length, 1, JSON.stringify(warnings))
      const [[code, message]] = warnings
      assert.equal(code, 'MONGO_STORE_ADDON')
      assert.ok(message.startsWith(`connect-mongo-native has no addon on ${PLATFORM}: `), message)
      assert.match(message, cause)
      assert.match(message, / through the mongodb package instead, which is slower/)
      assert.match(message, remedy)
    })
  }
})

it('with the addon, or with the addon switched off, nothing is warned of', async (t) => {
  for (const env of [{}, { CONNECT_MONGO_NATIVE_ADDON: 'off' }])
    assert.deepEqual(await run(t, { env }), { ...expected, warnings: [] })
})

it('the platforms that the warning knows are those that are built', () => {
  const named = manifest.napi.targets.map((target) => {
    const [arch, , system, abi] = target.split('-')
    const platform = { windows: 'win32' }[system] ?? system
    const cpu = { x86_64: 'x64', aarch64: 'arm64', armv7: 'arm' }[arch]
    return [platform, cpu, abi].filter(Boolean).join('-')
  })
  assert.deepEqual(named.sort(), [...PLATFORMS].sort())
})
