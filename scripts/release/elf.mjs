// Reads from an ELF file (a shared library of Linux) what the system's loader looks at.

/** The kinds of sections, entries and names that are read, by their numbers in the System V ABI. */
const SECTION = { symbols: 2, dynamic: 6, dynamicSymbols: 11, versionNeeds: 0x6ffffffe }
const NEEDED = 1n
const UNDEFINED = 0

/** @typedef {{ name: string, type: number, offset: number, size: number, link: number }} Section `link` is another section's index */

/** @param {Buffer} bytes */
export function isElf(bytes) {
  return bytes.subarray(0, 4).equals(Buffer.from('\x7fELF', 'latin1'))
}

/**
 * @param {Buffer} bytes of a 64-bit little-endian file, as all our targets have
 * @returns {{ needed: string[], versions: string[], exported: string[], stripped: boolean }} `versions` are those of the
 *   symbols that other libraries must have, such as `GLIBC_2.17`
 */
export function readElf(bytes) {
  if (bytes[4] !== 2 || bytes[5] !== 1) throw new RangeError('not a 64-bit little-endian ELF file')
  const sections = sectionsOf(bytes)
  const stringsOf = (/** @type {Section} */ { link }) => sections[link]?.offset ?? 0
  const ofType = (/** @type {number} */ type) => sections.filter((section) => section.type === type)
  return {
    needed: ofType(SECTION.dynamic).flatMap((section) => neededBy(bytes, section, stringsOf(section))),
    versions: ofType(SECTION.versionNeeds).flatMap((section) => versionsOf(bytes, section, stringsOf(section))),
    exported: ofType(SECTION.dynamicSymbols).flatMap((section) => definedIn(bytes, section, stringsOf(section))),
    stripped: !sections.some(({ type, name }) => type === SECTION.symbols || name.startsWith('.debug_')),
  }
}

/**
 * @param {Buffer} bytes
 * @returns {Section[]}
 */
function sectionsOf(bytes) {
  const [start, size, count] = [Number(bytes.readBigUInt64LE(0x28)), bytes.readUInt16LE(0x3a), bytes.readUInt16LE(0x3c)]
  const headers = Array.from({ length: count }, (_, index) => start + index * size)
  const names = Number(bytes.readBigUInt64LE((headers[bytes.readUInt16LE(0x3e)] ?? 0) + 0x18))
  return headers.map((at) => ({
    name: stringAt(bytes, names + bytes.readUInt32LE(at)),
    type: bytes.readUInt32LE(at + 4),
    offset: Number(bytes.readBigUInt64LE(at + 0x18)),
    size: Number(bytes.readBigUInt64LE(at + 0x20)),
    link: bytes.readUInt32LE(at + 0x28),
  }))
}

/**
 * The libraries that are loaded with this one.
 * @param {Buffer} bytes
 * @param {Section} section
 * @param {number} strings
 */
function neededBy(bytes, { offset, size }, strings) {
  return entries(offset, size, 16)
    .filter((at) => bytes.readBigUInt64LE(at) === NEEDED)
    .map((at) => stringAt(bytes, strings + Number(bytes.readBigUInt64LE(at + 8))))
}

/**
 * The versions of symbols that other libraries must have: a chain of libraries, each with a chain of versions.
 * @param {Buffer} bytes
 * @param {Section} section
 * @param {number} strings
 */
function versionsOf(bytes, { offset }, strings) {
  return chain(bytes, offset, 12).flatMap((library) =>
    chain(bytes, library + bytes.readUInt32LE(library + 8), 12).map((version) =>
      stringAt(bytes, strings + bytes.readUInt32LE(version + 8)),
    ),
  )
}

/**
 * The symbols that this library defines for others.
 * @param {Buffer} bytes
 * @param {Section} section
 * @param {number} strings
 */
function definedIn(bytes, { offset, size }, strings) {
  return entries(offset, size, 24)
    .filter((at) => bytes.readUInt16LE(at + 6) !== UNDEFINED)
    .map((at) => stringAt(bytes, strings + bytes.readUInt32LE(at)))
}

/**
 * The offsets of a table's entries.
 * @param {number} offset
 * @param {number} size
 * @param {number} each
 */
function entries(offset, size, each) {
  return Array.from({ length: Math.floor(size / each) }, (_, index) => offset + index * each)
}

/**
 * The offsets of a chain's links. Each one tells how far it is to the next one, and the last one 0.
 * @param {Buffer} bytes
 * @param {number} first
 * @param {number} field where in a link that is
 */
function chain(bytes, first, field) {
  const links = [first]
  for (let at = first, next; (next = bytes.readUInt32LE(at + field)) !== 0; links.push(at)) at += next
  return links
}

/**
 * @param {Buffer} bytes
 * @param {number} at
 */
function stringAt(bytes, at) {
  return bytes.toString('latin1', at, bytes.indexOf(0, at))
}
