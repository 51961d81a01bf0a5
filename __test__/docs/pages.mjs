// The pages whose blocks are run.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findBlocks } from './blocks.mjs'

/** @import { Block } from './blocks.mjs' */

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Folders that are not written by hand. */
const LEFT_OUT = new Set(['node_modules', 'target', 'npm', '.git', '.cache'])

/** Pages for readers: each of their blocks runs. The other pages are notes on tests. */
const FOR_READERS = /^(README|CONTRIBUTING|SECURITY)\.md$|^docs\/[^/]+\.md$|^examples\/(.+\/)?README\.md$/

/** Every Markdown file of the repository, in alphabetical order, relative to its root. */
export function markdownFiles(folder = '') {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = folder ? `${folder}/${entry.name}` : entry.name
      if (entry.isDirectory()) return LEFT_OUT.has(entry.name) ? [] : markdownFiles(path)
      return entry.name.endsWith('.md') ? [path] : []
    })
    .sort()
}

/** The pages for readers. */
export function pagesForReaders() {
  return markdownFiles().filter((file) => FOR_READERS.test(file))
}

/** The text of a file of the repository. */
export function read(path) {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** The pages for readers, with their blocks and what is wrong with these. */
export function allPages() {
  return pagesForReaders().map((page) => ({ page, ...findBlocks(page, read(page)) }))
}

/**
 * The name of the test of a block.
 * @param {Block} block
 */
export function nameOf({ page, line, heading }) {
  return `${page}:${line}: ${heading}`
}
