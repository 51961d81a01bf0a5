// Reads Markdown as GitHub does: its syntax tree, and where its links and images lead.

import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { parse, postprocess, preprocess } from 'micromark'
import { gfm } from 'micromark-extension-gfm'
import { parseFragment } from 'parse5'

/**
 * @import { Root } from 'mdast'
 * @import { DefaultTreeAdapterTypes } from 'parse5'
 */

/**
 * Where a link or an image leads.
 * @typedef {object} Destination
 * @property {string} url as it is written
 * @property {number} start of `url` in the text
 * @property {boolean} isImage whether it is shown, rather than followed
 */

/** What contains a URL in Markdown: in parentheses, after a label, and by itself. */
const URLS = new Set([
  'resourceDestinationString',
  'definitionDestinationString',
  'autolinkProtocol',
  'literalAutolinkHttp',
])
const HTML = new Set(['htmlFlow', 'htmlText'])
/** Attributes of HTML with a URL, and whether it is of an image. */
const ATTRIBUTES = { href: false, src: true, srcset: true }

/**
 * The syntax tree of a page. Each node has its position in the text.
 * @param {string} text
 * @returns {Root}
 */
export function parseMarkdown(text) {
  return fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] })
}

/**
 * The destinations of a page, in their order: of links, images, definitions of references, and HTML.
 * @param {string} text
 * @returns {Destination[]}
 */
export function destinationsOf(text) {
  const destinations = []
  let images = 0
  const events = postprocess(
    parse({ extensions: [gfm()] })
      .document()
      .write(preprocess()(text, undefined, true)),
  )
  for (const [kind, { type, start, end }] of events) {
    if (type === 'image') images += kind === 'enter' ? 1 : -1
    if (kind !== 'enter') continue
    const source = text.slice(start.offset, end.offset)
    if (URLS.has(type)) destinations.push({ url: source, start: start.offset, isImage: images > 0 })
    if (HTML.has(type)) destinations.push(...destinationsOfHtml(source, start.offset))
  }
  return destinations
}

/**
 * @param {string} html
 * @param {number} offset of the HTML in the text
 * @returns {Destination[]}
 */
function destinationsOfHtml(html, offset) {
  const fragment = parseFragment(html, { sourceCodeLocationInfo: true })
  return elementsOf(fragment).flatMap(({ attrs, sourceCodeLocation }) =>
    attrs.flatMap(({ name, value }) => {
      const place = sourceCodeLocation?.attrs?.[name]
      if (!place || !(name in ATTRIBUTES)) return []
      const isImage = ATTRIBUTES[/** @type {keyof typeof ATTRIBUTES} */ (name)]
      const start = html.indexOf(value, place.startOffset + name.length)
      const urls = name === 'srcset' ? value.matchAll(/[^\s,][^,]*/g) : [Object.assign([value], { index: 0 })]
      return [...urls].map(({ 0: candidate, index }) => ({
        url: candidate.split(/\s/, 1)[0] ?? '',
        start: offset + start + index,
        isImage,
      }))
    }),
  )
}

/**
 * All elements in a fragment of HTML.
 * @param {DefaultTreeAdapterTypes.ParentNode} parent
 * @returns {DefaultTreeAdapterTypes.Element[]}
 */
function elementsOf(parent) {
  return parent.childNodes.flatMap((node) => ('attrs' in node ? [node, ...elementsOf(node)] : []))
}
