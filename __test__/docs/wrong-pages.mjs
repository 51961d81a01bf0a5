// Pages for tests of what runs the docs.

import { findBlocks } from './blocks.mjs'

/** Finds the blocks of a page of these lines, in which ''' stands for a fence. */
export function find(...lines) {
  return findBlocks('page.md', lines.join('\n').replaceAll("'''", '```'))
}
