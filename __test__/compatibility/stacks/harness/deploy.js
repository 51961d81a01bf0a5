'use strict'

// Runs a built application where a deployment puts it: in an empty folder outside of this checkout, in which it finds
// nothing but what was copied.

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

/**
 * Calls `use` with the folder of the deployed application, and removes that folder afterwards.
 * @param {string} built the folder in which the application was built
 * @param {string[] | undefined} entries files and folders to copy, whose paths stay the same; by default the application
 *   runs in `built`
 * @param {(folder: string) => Promise<object>} use
 */
async function whereDeployed(built, entries, use) {
  if (!entries) return use(built)
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'connect-mongo-native-'))
  try {
    const options = { recursive: true, verbatimSymlinks: true } // links in the built application stay in the copy
    for (const entry of entries) fs.cpSync(path.join(built, entry), path.join(folder, entry), options)
    return await use(folder)
  } finally {
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

module.exports = { whereDeployed }
