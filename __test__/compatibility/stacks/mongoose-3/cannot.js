// Mongoose 3.8 by itself: it connects, the server answers, and the answer never arrives.

var mongoose = require('mongoose')
var watchReplies = require('./shared/dropped-reply')

watchReplies(require('mongodb/lib/mongodb/connection/base').Base)
mongoose.connect(process.env.MONGO_URL, function () {
  process.exit(1)
})
