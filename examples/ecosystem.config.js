'use strict'

// A server process for each core, by PM2, which replaces them one after the other when there is a new version.
//
//   MONGO_URL=mongodb://127.0.0.1:27017/examples pm2 start examples/ecosystem.config.js
//   pm2 reload app

module.exports = {
  apps: [
    {
      name: 'app',
      script: 'graceful-shutdown.js',
      cwd: __dirname,
      exec_mode: 'cluster',
      instances: 'max',
      wait_ready: true, // a process is ready when it has called process.send('ready')
      listen_timeout: 20_000, // ms: how long PM2 waits for that
      kill_timeout: 10_000, // ms from SIGINT to SIGKILL; more than the server's own patience
    },
  ],
}
