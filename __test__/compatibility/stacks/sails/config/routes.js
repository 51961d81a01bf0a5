'use strict'

module.exports.routes = {
  'GET /me': 'SessionController.me',
  'POST /login': 'SessionController.login',
  'POST /count': 'SessionController.count',
  'POST /logout': 'SessionController.logout',
}
