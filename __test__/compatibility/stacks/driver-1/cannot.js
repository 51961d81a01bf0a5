// The mongodb driver 1.4 by itself: it connects, the server answers, and the answer never arrives.

var mongodb = require('mongodb')
var watchReplies = require('./shared/dropped-reply')

watchReplies(require('mongodb/lib/mongodb/connection/base').Base)
mongodb.MongoClient.connect(process.env.MONGO_URL, function () {
  process.exit(1)
})
