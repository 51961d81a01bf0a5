// What AddressSanitizer and LeakSanitizer report about a process that is not ours as a whole.

const LEAK = /^(Direct|Indirect) leak of /

/**
 * The parts of a report that are about a library. Every error is: Node has been tested for its own. A leak is if the memory was
 * allocated by the library, or on its behalf.
 * @param {string} report
 * @param {string} library the path of the library
 */
export function findingsOf(report, library) {
  return report
    .split(/\n\s*\n/)
    .map((part) => part.trim())
    .filter((part) => (LEAK.test(part) ? part.includes(library) : /ERROR: AddressSanitizer/.test(part)))
}
