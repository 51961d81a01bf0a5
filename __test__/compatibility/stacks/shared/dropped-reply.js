'use strict'

// Shows that the mongodb driver 1.3.19 to 1.4 loses every reply of a server. It keeps the callback of a command as a
// `once` listener and calls `listeners(id)[0].listener` when the reply arrives. Since Node 7, `listeners` returns the
// function itself, which has no such property. The program exits with code 0 if a reply was lost in this way, otherwise
// with 1.

/** @param {Function} Base of the driver's `connection/base.js` */
module.exports = function watchReplies(Base) {
  const callHandler = Base.prototype._callHandler
  Base.prototype._callHandler = function (id, ...rest) {
    const [kept] = this._callBackStore.listeners(id)
    callHandler.call(this, id, ...rest)
    process.exit(typeof kept === 'function' && kept.listener === undefined ? 0 : 1)
  }
}
