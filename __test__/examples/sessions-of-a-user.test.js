'use strict'

// examples/sessions-of-a-user.mjs: the sessions of one user are listed and ended, and nobody else's.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { Browser } = require('../helpers/browser.js')
const { PLACES, startExample } = require('../helpers/examples.js')
const { useServer } = require('../helpers/server.js')

const FILE = 'sessions-of-a-user.mjs'
const server = useServer()

for (const [place, makeFolder] of Object.entries(PLACES)) {
  test(`${FILE} lists the devices of a user and logs them all out, ${place}`, async (t) => {
    const database = server.freshDb()
    const { origin, browser } = await startExample(t, FILE, { folder: makeFolder(t, FILE), url: server.url(database) })
    const logIn = async (user, by = new Browser(origin)) => {
      assert.equal((await by.post(`/login?user=${user}`)).status, 204)
      return by
    }
    const [phone, laptop, other] = [await logIn('ada'), await logIn('ada'), await logIn('bob')]

    assert.equal((await browser.get('/devices')).status, 401)
    const { body: devices } = await phone.get('/devices')
    assert.deepEqual(devices.map(({ isThisOne }) => isThisOne).sort(), [false, true])
    for (const device of devices) {
      assert.deepEqual(Object.keys(device), ['device', 'since', 'isThisOne'], 'a session id is never sent')
      assert.ok(!Number.isNaN(Date.parse(device.since)))
    }

    const sessions = server.db(database).collection('user_sessions')
    const plan = JSON.stringify(await sessions.find({ 'session.user': 'ada', expires: { $gt: new Date() } }).explain())
    assert.match(plan, /"indexName":"by user"/)

    // One that has expired is not a device, even while its document is there.
    const past = new Date(Date.now() - 60_000)
    await sessions.insertOne({ _id: 'past', session: { user: 'ada', since: past }, expires: past })
    assert.equal((await phone.get('/devices')).body.length, 2)

    assert.equal((await phone.post('/logout-everywhere')).status, 204)
    for (const gone of [phone, laptop]) assert.match((await gone.get('/')).body, /^Nobody/)
    assert.match((await other.get('/')).body, /^bob/)
    assert.equal(await sessions.countDocuments({ 'session.user': 'ada', expires: { $gt: new Date() } }), 0)
  })
}
