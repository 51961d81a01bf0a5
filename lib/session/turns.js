'use strict'

// Keeps the order of operations whose hooks answer later. Operations on one session take turns. An operation on all
// sessions waits for those that were called before it, and those that are called after it wait for it.

const { Promise } = require('../common/promises.js')

/** The turn of one operation. */
class Turn {
  /** Resolves when all earlier turns are over; undefined if there are none. */
  before
  /** @type {(() => void) | undefined} */
  #resolve
  #onOver
  /** @type {Promise<void> | undefined} */
  #over

  /**
   * @param {Promise<unknown> | undefined} before
   * @param {() => void} onOver
   */
  constructor(before, onOver) {
    this.before = before
    this.#onOver = onOver
  }

  /**
   * Resolves when this turn and the earlier ones are over. Nobody asks a turn that is over, because it is in no list
   * any more.
   */
  get over() {
    this.#over ??= new Promise((resolve) => {
      this.#resolve = resolve
    })
    return this.#over
  }

  /** Ends the turn. One that ends before its time, because its operation has failed, is over when those before it are. */
  end(isInTime = true) {
    if (!isInTime && this.before) this.before.then(() => this.#end())
    else this.#end()
  }

  #end() {
    this.#onOver()
    this.#resolve?.()
  }
}

class Turns {
  /**
   * The last turn of each session.
   * @type {Map<string, Turn>}
   */
  #last = new Map()
  /**
   * The last turn of an operation on all sessions.
   * @type {Turn | undefined}
   */
  #ofAll

  /**
   * The next turn of a session.
   * @param {string} sid
   */
  take(sid) {
    const turn = new Turn((this.#last.get(sid) ?? this.#ofAll)?.over, () => {
      if (this.#last.get(sid) === turn) this.#last.delete(sid)
    })
    this.#last.set(sid, turn)
    return turn
  }

  /** The next turn of all sessions. */
  takeAll() {
    const turn = new Turn(this.#allOver(), () => {
      if (this.#ofAll === turn) this.#ofAll = undefined
    })
    this.#last.clear()
    this.#ofAll = turn
    return turn
  }

  #allOver() {
    const open = [...this.#last.values()]
    if (this.#ofAll) open.push(this.#ofAll)
    return open.length > 0 ? Promise.all(open.map(({ over }) => over)) : undefined
  }
}

module.exports = { Turns }
