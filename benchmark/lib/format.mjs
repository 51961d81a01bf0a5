// Numbers and tables for people.

/**
 * A number with three significant digits and separators of thousands; a dash if there is none.
 * @param {number | undefined} value
 */
export function count(value) {
  if (value === undefined || Number.isNaN(value)) return '–'
  if (value >= 100) return Math.round(value).toLocaleString('en-US')
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

/**
 * The size of a session, e.g. `1KB`.
 * @param {number} kb
 */
export function kilobytes(kb) {
  return kb >= 1024 ? `${kb / 1024}MB` : `${kb}KB`
}

/**
 * A table for the terminal. The first column is aligned to the left, the others to the right.
 * @param {string[]} header
 * @param {(string | undefined)[][]} rows
 */
export function table(header, rows) {
  const cells = [header, ...rows].map((row) => row.map((cell) => cell ?? '–'))
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const lines = cells.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
  lines.splice(1, 0, widths.map((width) => '─'.repeat(width)).join('  '))
  return lines.join('\n')
}
