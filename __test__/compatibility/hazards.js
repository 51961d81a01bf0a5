'use strict'

// Unhandled exceptions and rejections, which can terminate a process. Each side runs in its own process, which writes
// them into the transcript.

const { runProgram } = require('../helpers/child.js')
const { until } = require('../helpers/wait.js')
const { describe } = require('./describe.js')
const { compare, record, untilConnected } = require('./harness.js')
const { makeStore } = require('./packages.js')
const { person } = require('./plays.js')

/** How long to wait for an answer of the genuine store. Some answers never arrive. */
const PATIENCE = 10_000 // ms

/** The address of a server that does not exist. */
const NOWHERE = 'mongodb://127.0.0.1:9/none?serverSelectionTimeoutMS=3000'

const circle = () => {
  const session = person(1)
  session.session = session
  return session
}

const HAZARDS = {
  async 'readers without a callback'({ call, bare }) {
    await call('set', 'a', person(1))
    await bare('get', 'a')
    await bare('get', 'z')
    await bare('all')
    await bare('length')
  },

  async 'writers that fail without a callback'({ bare, call }) {
    await bare('set', 'a', circle())
    await bare('touch', 'a', undefined)
    await call('length')
  },

  async 'a callback that throws'({ call, throwing }) {
    await call('set', 'a', person(1))
    await throwing('get', 'a')
    await throwing('get', 'z')
    await throwing('set', 'a', person(1))
    await throwing('touch', 'a', person(1))
    await throwing('length')
    await throwing('all')
    await throwing('destroy', 'a')
    await throwing('clear')
    await call('length')
  },

  async 'a listener that throws'({ call, store }) {
    await call('set', 'a', person(1))
    for (const event of ['set', 'touch', 'get', 'destroy']) {
      store.on(event, () => {
        throw new Error(`thrown by the listener of ${event}`)
      })
    }
    await call('set', 'a', person(1))
    await call('touch', 'a', person(1))
    await call('get', 'a')
    await call('destroy', 'a')
  },

  async 'touch without a session'({ call }) {
    await call('touch', 'a', undefined)
    await call('touch', 'a', null)
    await call('touch', 'a', { lastModified: 'yesterday' })
  },

  async 'a callback in the place of the session'({ bare, call }) {
    await bare('set', 'a', () => {})
    await call('get', 'a')
  },

  async 'load of a session without a cookie'({ call }) {
    await call('set', 'a', { n: 1 })
    await call('load', 'a')
  },

  async 'close at once'({ bare, call }) {
    await bare('close')
    await call('get', 'a')
  },

  async 'close, and calls after it'({ bare, call }) {
    await call('set', 'a', person(1))
    await bare('close')
    for (const [method, ...args] of [
      ['get', 'a'],
      ['set', 'a', person(1)],
      ['touch', 'a', person(1)],
      ['destroy', 'a'],
      ['length'],
      ['clear'],
    ]) {
      await call(method, ...args)
    }
    await bare('close')
  },
}

/** Plays for a store whose connection fails. */
const WITHOUT_SERVER = {
  async 'no server'({ call, bare, note, store, take }) {
    await call('get', 'a')
    await call('length')
    // The state changes when the store gives up on the server, which may be just after the first call failed.
    if (store.state) await until('the state disconnected', () => store.state === 'disconnected')
    note('events that it is disconnected', take('disconnected'))
    await bare('close')
  },
}

/** Plays that do not wait for a connection. */
const AT_ONCE = ['close at once', 'no server']

/** Runs in the other process: runs every play and prints one line of JSON for each. */
async function perform({ generation, side, urls }) {
  let store
  const uncaught = (error) => store.journal.push(['uncaught', describe(error)])
  process.on('uncaughtException', uncaught).on('unhandledRejection', uncaught)
  for (const [name, play] of Object.entries({ ...HAZARDS, ...WITHOUT_SERVER })) {
    store = makeStore(generation, side, urls[name])
    store.journal ??= []
    // The time that a connection takes must not affect the transcript.
    if (!AT_ONCE.includes(name)) await untilConnected(store)
    const transcript = await record(store, play, side === 'genuine' ? { patience: PATIENCE } : {})
    process.stdout.write(`${JSON.stringify({ name, transcript })}\n`)
  }
  process.exit(0)
}

async function transcriptsOf(generation, side, server) {
  const urls = { 'no server': NOWHERE }
  for (const name of Object.keys(HAZARDS)) urls[name] = server.url(server.freshDb())
  const main = ({ file, ...input }) => require(file).perform(input)
  const { lines, stderr } = await runProgram(main, { file: __filename, generation, side, urls }, { limitMs: 300_000 })
  const transcripts = {}
  for (const line of lines.filter((text) => text.startsWith('{'))) {
    const { name, transcript } = JSON.parse(line)
    transcripts[name] = transcript
  }
  return { transcripts, stderr }
}

async function hazardTests(t, { generation, server, known }) {
  const [genuine, ours] = await Promise.all(['genuine', 'ours'].map((side) => transcriptsOf(generation, side, server)))
  for (const name of Object.keys({ ...HAZARDS, ...WITHOUT_SERVER })) {
    await t.test(name, () => {
      for (const [side, { transcripts, stderr }] of Object.entries({ genuine, ours })) {
        if (!transcripts[name]) throw new Error(`the process of the ${side} store did not get there:\n${stderr}`)
      }
      compare(genuine.transcripts[name], ours.transcripts[name], (entry, actual) =>
        known.expected(entry, { options: 'hazards', play: name }, actual),
      )
    })
  }
}

module.exports = { hazardTests, perform, transcriptsOf }
