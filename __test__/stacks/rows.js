'use strict'

// The stacks that the package is tried in, each a small application in a folder of its own, and what of it is tried.
//
// - `row`: its name, and its folder unless `folder` names one;
// - `kind`, `title`, `versions`: for the table of docs/compatibility.md;
// - `variants`: given to the application one after the other, each on each of the `deployments` (default: one server alone);
// - `own`: whether the application has a connection of its own beside the store's, and uses it at the end;
// - `server`: the version of MongoDB: old drivers don't understand new servers;
// - `quick`: whether it is in the selection of `npm test`;
// - `command`: how it is started, if not by this Node and its `app.js`;
// - `cannot`: why it can't run on any machine, in place of variants; its `cannot.js`, if there is one, is a program that
//   ends with code 0 when it has seen that this is so. What one machine lacks is found out when a row is tried there.

const { ACCESS } = require('./harness/deployments.js')

/** @typedef {{ row: string, folder?: string, kind: string, title: string, versions: string, variants?: string[], deployments?: string[], own?: boolean, server: string, quick: boolean, command?: string[], cannot?: string }} Row */

/** @type {Row[]} */
const express = [
  { row: 'express-2', title: 'Express 2.5', versions: 'express 2.5.11, express-session 1.19.0', variants: ['express', 'session', 'create'], quick: true },
  { row: 'express-3', title: 'Express 3', versions: 'express 3.21.2, express-session 1.19.0', variants: ['express', 'session', 'create'], quick: false },
  { row: 'express-4', title: 'Express 4', versions: 'express 4.22.3, express-session 1.19.0', variants: ['factory', 'es5', 'create', 'default'], quick: false },
  { row: 'express-5', title: 'Express 5, as a module', versions: 'express 5.3.0, express-session 1.19.0', variants: ['factory', 'create', 'new'], quick: true, command: [process.execPath, 'app.mjs'] },
  { row: 'connect-1', title: 'Connect 1.9', versions: 'connect 1.9.2', variants: ['factory', 'create'], quick: true },
  { row: 'connect-2', title: 'Connect 2.30', versions: 'connect 2.30.2', variants: ['factory', 'create'], quick: false },
  { row: 'connect-3', title: 'Connect 3.7', versions: 'connect 3.7.0, express-session 1.19.0', variants: ['factory', 'create'], quick: true },
].map((row) => ({ kind: 'Express and Connect', server: '6.0', ...row }))

// Where a store reads its settings off the application's connection, in what each generation can do.
const MODERN = ['standalone', 'standalone, SCRAM-SHA-256', 'standalone, X.509', 'replica set, TLS, SCRAM-SHA-256']
const VERSION_3 = ['standalone', 'standalone, SCRAM-SHA-256', 'replica set', 'replica set, TLS, SCRAM-SHA-256']
const VERSION_2 = ['standalone', 'standalone, SCRAM-SHA-1', 'replica set']

const MONGOOSE = [process.execPath, 'shared/mongoose.js']
const DRIVER = [process.execPath, 'shared/driver.js']
const CONNECTIONS = ['connection', 'createConnection']
const DROPS_REPLIES = 'the driver calls `listeners(id)[0].listener` when a reply comes, which is nothing since Node 7, so that it never hears a server'

/** @type {Row[]} */
const mongoose = [
  { row: 'mongoose-2', versions: 'mongoose 2.9.10', variants: CONNECTIONS, server: '4.2', quick: true },
  { row: 'mongoose-3', versions: 'mongoose 3.8.40', cannot: DROPS_REPLIES, server: '4.2', quick: false },
  { row: 'mongoose-4', versions: 'mongoose 4.13.21', variants: CONNECTIONS, deployments: VERSION_2, server: '4.2', quick: false },
  { row: 'mongoose-5', versions: 'mongoose 5.13.23', variants: [...CONNECTIONS, 'legacy topology', 'getClient'], deployments: VERSION_3, server: '4.2', quick: false },
  { row: 'mongoose-6', versions: 'mongoose 6.13.11', variants: [...CONNECTIONS, 'getClient'], deployments: MODERN, command: MONGOOSE, server: '6.0', quick: false },
  { row: 'mongoose-7', versions: 'mongoose 7.8.13', variants: [...CONNECTIONS, 'getClient'], deployments: MODERN, command: MONGOOSE, server: '6.0', quick: false },
  { row: 'mongoose-8', versions: 'mongoose 8.24.10', variants: [...CONNECTIONS, 'getClient'], deployments: MODERN, command: MONGOOSE, server: '6.0', quick: false },
  { row: 'mongoose-9', versions: 'mongoose 9.12.1', variants: [...CONNECTIONS, 'getClient'], deployments: MODERN, command: MONGOOSE, server: '6.0', quick: true },
].map((row) => ({ kind: 'Mongoose', title: `Mongoose ${/[0-9]+/.exec(row.row)[0]}`, own: true, ...row }))

const CLIENTS = ['client, unconnected', 'client, connected', 'clientPromise', 'db, unconnected', 'db, connected']

/** @type {Row[]} */
const drivers = [
  { row: 'driver-1', versions: 'mongodb 1.4.40', cannot: DROPS_REPLIES, server: '4.2', quick: true },
  { row: 'driver-2', versions: 'mongodb 2.2.36', variants: ['db, connected', 'dbPromise'], deployments: VERSION_2, server: '4.2', quick: true },
  { row: 'driver-2-opening', folder: 'driver-2', versions: 'mongodb 2.2.36', variants: ['db, unconnected'], server: '4.2', quick: true },
  { row: 'driver-3', versions: 'mongodb 3.7.4', variants: ['client, unconnected', 'client, connected', 'legacy topology, unconnected', 'legacy topology, connected', 'clientPromise', 'db, connected'], deployments: VERSION_3, server: '4.2', quick: false },
  { row: 'driver-4', versions: 'mongodb 4.17.2', variants: CLIENTS, deployments: MODERN, command: DRIVER, server: '6.0', quick: false },
  { row: 'driver-5', versions: 'mongodb 5.9.2', variants: CLIENTS, deployments: MODERN, command: DRIVER, server: '6.0', quick: false },
  { row: 'driver-6', versions: 'mongodb 6.22.0', variants: CLIENTS, deployments: MODERN, command: DRIVER, server: '6.0', quick: false },
  { row: 'driver-7', versions: 'mongodb 7.9.0', variants: CLIENTS, deployments: MODERN, command: DRIVER, server: '6.0', quick: true },
].map((row) => ({ kind: 'The mongodb driver', title: `mongodb ${/[0-9]+/.exec(row.row)[0]}`, own: true, ...row }))

/** @type {Row[]} */
const servers = ['4.2', '5.0', '6.0'].map((server) => ({
  row: `server-${server}`,
  folder: 'servers',
  kind: 'Servers',
  title: `MongoDB ${server}`,
  versions: 'mongodb 6.22.0, express 5.3.0',
  variants: ['url', 'client'],
  deployments: Object.keys(ACCESS),
  own: true,
  server,
  quick: false,
}))

/** Old drivers once more, on a newer server than theirs that they still understand. */
const NEWER = { 'mongoose-2': '5.0', 'mongoose-4': '5.0', 'mongoose-5': '6.0', 'driver-2': '5.0', 'driver-2-opening': '5.0', 'driver-3': '6.0' }

function onNewer(row) {
  const server = NEWER[row.row]
  return server ? [row, { ...row, row: `${row.row}-on-${server}`, folder: row.folder ?? row.row, server, quick: false }] : [row]
}

module.exports = { rows: [...express, ...mongoose, ...drivers, ...servers].flatMap(onNewer) }
