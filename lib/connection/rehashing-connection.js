'use strict'

// A link whose sessions are stored under hashes of their ids. While keys are rotated, or a store goes over to hashed ids,
// a session may still be under an older id: it is found there, and its next write moves it.

const { KIND } = require('./addon.js')
const { Connection } = require('./connection.js')

class RehashingConnection extends Connection {
  #idsOf

  constructor(options, settings, owner) {
    super(options, settings, {
      ...owner,
      onResult: (operation, kind, first, second) => {
        if (this.#continue(operation, kind, first)) return
        const result = kind === KIND.FAILED ? undefined : operation.firstResult
        owner.onResult(operation, ...(result ?? [kind, first, second]))
      },
    })
    this.#idsOf = settings.encryption.idsOf
  }

  send(operation, method, id, ...values) {
    const [, ...older] = operation.sid === undefined ? [] : this.#idsOf(operation.sid)
    if (older.length > 0) {
      // Who looks while the session moves sees it neither here nor there: the new place is asked a second time.
      const ids = method === 'get' || method === 'touch' ? [...older, id] : older
      operation.search = { method, ids, values }
    }
    super.send(operation, method, ...(id === undefined ? [] : [id]), ...values)
  }

  /** Asks for the next id, if the result leaves that open. */
  #continue(operation, kind, first) {
    const { search } = operation
    if (!search || search.ids.length === 0 || kind === KIND.FAILED) return false
    switch (search.method) {
      case 'get':
        if (kind !== KIND.MISSING) return false
        super.send(operation, 'get', search.ids.shift())
        return true
      case 'touch':
        if (first) return false
        // That it was read is known of another place.
        super.send(operation, 'touch', search.ids.shift(), ...search.values.slice(0, -1), false)
        return true
      default:
        // The answer is the first one's.
        operation.firstResult ??= [kind, first, undefined]
        super.send(operation, 'destroy', search.ids.shift())
        return true
    }
  }
}

module.exports = { RehashingConnection }
