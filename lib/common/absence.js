'use strict'

// Warns once per process that there is no addon: for which platform, why, what that costs, and what to do about it.

const { absence } = require('./native.js')
const { warnOnce } = require('./warn.js')

/** The platforms that a release has a package for. */
const PLATFORMS = [
  'darwin-arm64',
  'darwin-x64',
  'linux-arm-gnueabihf',
  'linux-arm64-gnu',
  'linux-arm64-musl',
  'linux-x64-gnu',
  'linux-x64-musl',
  'win32-arm64-msvc',
  'win32-x64-msvc',
]
const NAME = 'connect-mongo-native'

/**
 * What to do about a cause, by the words of Node and of the loaders of the systems. (The loader of the addon drops
 * error codes.)
 * @type {[pattern: RegExp, remedy: string][]}
 */
const REMEDIES = [
  [
    /addons is disabled|ERR_DLOPEN_DISABLED/,
    'Start Node without --no-addons, or with --allow-addons beside --permission',
  ],
  [/ffi access|--allow-ffi/, 'Start Deno with --allow-ffi'],
  [/No such built-in module/, 'A single executable has to load addons from a file: docs/deployment.md tells how'],
  [
    /version is not|GLIBC|ELF|symbol|file too short|not a valid Win32|mach-o|dlopen|incomplete/i,
    `Install ${NAME} again`,
  ],
]

/** Warns that the addon is absent, unless it was switched off on purpose. */
function warnOfAbsence() {
  if (!absence) return
  const platform = platformName()
  const cause = causeOf(absence, platform)
  warnOnce(
    `${NAME} has no addon on ${platform}: ${cause}. Sessions are stored through the mongodb package instead, which is slower ` +
      `and otherwise the same. ${remedyOf(cause, platform)}.`,
    'MONGO_STORE_ADDON',
  )
}

/**
 * What went wrong, the real cause first. The loader tries a file next to it, and then the package of the platform.
 * @param {unknown} thrown
 * @param {string} platform
 */
function causeOf(thrown, platform) {
  const messages = []
  for (let error = thrown; error; error = /** @type {Error} */ (error).cause)
    messages.unshift(
      String(/** @type {Error} */ (error).message ?? error)
        .split('\n')[0]
        .replace(/\.$/, ''),
    )
  const found = messages.find((message) => !/^Cannot find /.test(message))
  if (found) return found
  if (!PLATFORMS.includes(platform)) return 'there is none for this platform'
  const isEmpty = messages.some((message) => message.includes('valid "main" entry'))
  return `the package ${NAME}-${platform} ${isEmpty ? 'has no addon in it' : 'is not installed'}`
}

/**
 * @param {string} cause
 * @param {string} platform
 */
function remedyOf(cause, platform) {
  const [, remedy] = REMEDIES.find(([pattern]) => pattern.test(cause)) ?? []
  if (remedy) return remedy
  if (!PLATFORMS.includes(platform)) return 'It can be built from the sources'
  return `Install it on this platform, without --omit=optional: npm install ${NAME}-${platform}`
}

/** The platform by the name of its package, such as `linux-x64-musl`. */
function platformName() {
  const { platform, arch } = process
  if (platform === 'win32') return `${platform}-${arch}-msvc`
  if (platform !== 'linux') return `${platform}-${arch}`
  const libc = isGlibc() ? 'gnu' : 'musl'
  return `${platform}-${arch}-${arch === 'arm' && libc === 'gnu' ? 'gnueabihf' : libc}`
}

function isGlibc() {
  // Otherwise the report looks up the names of the hosts that the process is connected to.
  const { report } = process
  if (!report) return true
  Object.assign(report, { excludeNetwork: true })
  const { header } = /** @type {{header?: {glibcVersionRuntime?: string}}} */ (report.getReport())
  return header?.glibcVersionRuntime !== undefined
}

exports.PLATFORMS = PLATFORMS
exports.warnOfAbsence = warnOfAbsence
