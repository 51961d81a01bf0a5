// Reads from an ELF file (a shared library of Linux) what the system's loader looks at.

/** The kinds of sections, entries and symbols that are read, by their numbers in the System V ABI. */
const SECTION = { symbols: 2, dynamic: 6, dynamicSymbols: 11, versionNeeds: 0x6ffffffe }
const NEEDED = 1
const UNDEFINED = 0

/** Where the fields are in files of 32 and of 64 bits: in the file's header, in a section's, and in a symbol. */
const LAYOUTS = {
  32: { word: 4, file: { headers: 0x20, size: 0x2e }, section: { offset: 0x10, size: 0x14, link: 0x18 }, symbol: 14 },
  64: { word: 8, file: { headers: 0x28, size: 0x3a }, section: { offset: 0x18, size: 0x20, link: 0x28 }, symbol: 6 },
}

/** @param {Buffer} bytes */
export function isElf(bytes) {
  return bytes.toString('latin1', 0, 4) === '\x7fELF'
}

/**
 * @typedef {object} Elf
 * @property {string[]} needed the libraries that are loaded with this one
 * @property {string[]} versions the versions of symbols that these libraries must have, such as `GLIBC_2.17`
 * @property {string[]} exported the symbols that this library defines for others
 * @property {boolean} stripped whether there are neither other symbols nor debug information
 */

/**
 * @param {Buffer} bytes of a little-endian file, as all our targets have
 * @returns {Elf}
 */
export function readElf(bytes) {
  return new Reader(bytes).read()
}

/** @typedef {{ name: string, type: number, offset: number, size: number, strings: number }} Section `strings` is where its names are */

class Reader {
  #bytes
  #layout
  #sections

  /** @param {Buffer} bytes */
  constructor(bytes) {
    this.#bytes = bytes
    this.#layout = LAYOUTS[bytes[4] === 1 ? 32 : 64]
    this.#sections = this.#readSections()
  }

  /** @returns {Elf} */
  read() {
    return {
      needed: this.#ofType(SECTION.dynamic).flatMap((section) => this.#needed(section)),
      versions: this.#ofType(SECTION.versionNeeds).flatMap((section) => this.#versions(section)),
      exported: this.#ofType(SECTION.dynamicSymbols).flatMap((section) => this.#defined(section)),
      stripped: !this.#sections.some(({ type, name }) => type === SECTION.symbols || name.startsWith('.debug_')),
    }
  }

  /** @returns {Section[]} */
  #readSections() {
    const { file, section } = this.#layout
    const [start, size] = [this.#word(file.headers), this.#half(file.size)]
    const headers = Array.from({ length: this.#half(file.size + 2) }, (_, index) => start + index * size)
    const offsetOf = (/** @type {number} */ index) => this.#word((headers[index] ?? 0) + section.offset)
    const names = offsetOf(this.#half(file.size + 4))
    return headers.map((header) => ({
      name: this.#string(names + this.#int(header)),
      type: this.#int(header + 4),
      offset: this.#word(header + section.offset),
      size: this.#word(header + section.size),
      strings: offsetOf(this.#int(header + section.link)),
    }))
  }

  /** @param {number} wanted */
  #ofType(wanted) {
    return this.#sections.filter(({ type }) => type === wanted)
  }

  /** @param {Section} section a table of tags, each with a value */
  #needed(section) {
    const { word } = this.#layout
    return entries(section, 2 * word)
      .filter((at) => this.#word(at) === NEEDED)
      .map((at) => this.#string(section.strings + this.#word(at + word)))
  }

  /** @param {Section} section a chain of libraries, each with a chain of versions */
  #versions({ offset, strings }) {
    return this.#chain(offset).flatMap((library) =>
      this.#chain(library + this.#int(library + 8)).map((version) => this.#string(strings + this.#int(version + 8))),
    )
  }

  /** @param {Section} section */
  #defined(section) {
    const { word, symbol } = this.#layout
    return entries(section, 8 + 2 * word)
      .filter((at) => this.#half(at + symbol) !== UNDEFINED)
      .map((at) => this.#string(section.strings + this.#int(at)))
  }

  /**
   * The offsets of a chain's links. Each link tells how far it is to the next one, and the last one tells 0.
   * @param {number} first
   */
  #chain(first) {
    const links = [first]
    for (let at = first, next; (next = this.#int(at + 12)) !== 0; links.push(at)) at += next
    return links
  }

  /** @param {number} at */
  #half(at) {
    return this.#bytes.readUInt16LE(at)
  }

  /** @param {number} at */
  #int(at) {
    return this.#bytes.readUInt32LE(at)
  }

  /** @param {number} at */
  #word(at) {
    return this.#layout.word === 4 ? this.#int(at) : Number(this.#bytes.readBigUInt64LE(at))
  }

  /** @param {number} at */
  #string(at) {
    return this.#bytes.toString('latin1', at, this.#bytes.indexOf(0, at))
  }
}

/**
 * The offsets of a table's entries.
 * @param {Section} section
 * @param {number} each the size of an entry
 */
function entries({ offset, size }, each) {
  return Array.from({ length: Math.floor(size / each) }, (_, index) => offset + index * each)
}
