// Reads Markdown as GitHub does.

import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'

/** @import { Root } from 'mdast' */

/**
 * The syntax tree of a page. Each node has its position in the text.
 * @param {string} text
 * @returns {Root}
 */
export function parseMarkdown(text) {
  return fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] })
}
