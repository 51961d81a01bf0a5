require('./shared/bundled.js')
