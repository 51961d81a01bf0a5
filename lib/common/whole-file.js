'use strict'

// Refuses an addon whose file was cut off, by a full disk or an interrupted download. The loader of Linux would map it, and
// the process would end by SIGBUS.

const fs = require('node:fs')

/**
 * Where the headers of ELF say that the table of sections is, which is the last part of the file, by the class of the file
 * (32 or 64 bits): offset, size of an entry, number of entries. Source: the System V ABI, chapter 4.
 * @type {Record<number, (header: Buffer) => number>}
 */
const ENDS = {
  1: (header) => header.readUInt32LE(0x20) + header.readUInt16LE(0x2e) * header.readUInt16LE(0x30),
  2: (header) => Number(header.readBigUInt64LE(0x28)) + header.readUInt16LE(0x3a) * header.readUInt16LE(0x3c),
}
const MAGIC = '\x7fELF'
const HEADER = 64 // bytes

/**
 * Throws if the end of an ELF file is missing. Other files are left to the system's loader, which refuses them itself, and so
 * are those that can't be opened: an executable of Bun loads the addon in it, but does not open it.
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
    if (end > size) throw new Error(`${file} is cut off: ${size} of ${end} bytes are there`)
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
