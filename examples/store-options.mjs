// The options of a store in a module of their own, for an application and for migrate-from-redis.mjs alike.
//
//   SESSION_KEY=$(openssl rand -base64 32) node examples/migrate-from-redis.mjs --options examples/store-options.mjs

export default {
  mongoUrl: process.env.MONGO_URL,
  encryption: { keys: [{ id: '2026', secret: process.env.SESSION_KEY }] },
}
