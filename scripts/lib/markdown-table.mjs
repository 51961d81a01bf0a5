// Tables of figures, in Markdown.

/**
 * A table: the first column is aligned to the left, the others to the right.
 * @param {string[][]} rows the first one has the titles
 */
export function markdownTable([titles, ...rows]) {
  return [titles, titles.map((_, column) => (column === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}
