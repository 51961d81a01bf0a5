'use strict'

// Refuses an addon whose file is truncated, because of a full disk or an interrupted download. The loader of Linux
// would map it, and the process would end with SIGBUS.

const fs = require('node:fs')

/**
 * The positions in an ELF header that locate the table of sections, which is the last part of the file: offset, size of
 * an entry, number of entries. They depend on the class of the file (32 or 64 bits). Source: the System V ABI, chapter
 * 4.
 * @type {Record<number, (header: Buffer) => number>}
 */
const ENDS = {
  1: (header) => header.readUInt32LE(0x20) + header.readUInt16LE(0x2e) * header.readUInt16LE(0x30),
  2: (header) => Number(header.readBigUInt64LE(0x28)) + header.readUInt16LE(0x3a) * header.readUInt16LE(0x3c),
}
const MAGIC = '\x7fELF'
const HEADER = 64 // bytes

/**
 * Throws if the end of an ELF file is missing. It leaves other files to the loader of the system, which refuses them
 * itself. It also leaves files to it that can't be opened: an executable of Bun loads the addon in it, but does not open it.
 * @param {string} file
 */
function checkWhole(file) {
  const descriptor = opened(file)
  if (descriptor === undefined) return
  const header = Buffer.alloc(HEADER)
  try {
    const read = fs.readSync(descriptor, header, 0, HEADER, 0)
    const { size } = fs.fstatSync(descriptor)
    if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) return
    const end = read === HEADER ? ENDS[header[4]]?.(header) : HEADER
    if (end > size) throw new Error(`${file} is incomplete: it has ${size} of ${end} bytes`)
  } finally {
    fs.closeSync(descriptor)
  }
}

/** @param {string} file */
function opened(file) {
  try {
    return fs.openSync(file, 'r')
  } catch {
    return undefined
  }
}

exports.checkWhole = checkWhole
