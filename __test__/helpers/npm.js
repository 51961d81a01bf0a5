'use strict'

// Runs npm, and packs this package with it.

const { execFile } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { promisify } = require('node:util')
const { ROOT } = require('./child.js')

/** Runs npm through Node itself, wherever npm is installed. Resolves with its output. */
async function npm(args, { cwd, env } = {}) {
  const tool = process.env.npm_execpath ?? fs.realpathSync(which('npm'))
  const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 2 ** 26 }
  const { stdout } = await promisify(execFile)(process.execPath, [tool, ...args], options)
  return stdout
}

function which(name) {
  const folders = process.env.PATH.split(path.delimiter)
  return folders.map((folder) => path.join(folder, name)).find((file) => fs.existsSync(file))
}

/** Packs the clone into a folder. Resolves with npm's report on the tarball. */
async function pack(folder) {
  const [report] = await npmPack(['--pack-destination', folder])
  return { ...report, tarball: path.join(folder, report.filename) }
}

/** The files that the tarball would contain. */
async function packedFiles() {
  const [report] = await npmPack(['--dry-run'])
  return report.files.map((file) => file.path)
}

async function npmPack(args) {
  return JSON.parse(await npm(['pack', '--json', '--ignore-scripts', ...args], { cwd: ROOT }))
}

module.exports = { npm, pack, packedFiles }
