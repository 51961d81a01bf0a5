// Where the links of a page lead: to files of the repository and headings of its pages. Nothing is asked of the network.

import { existsSync, statSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import GithubSlugger from 'github-slugger'
import { toString as textOf } from 'mdast-util-to-string'
import { visit } from 'unist-util-visit'
import { destinationsOf, parseMarkdown } from '../../scripts/lib/markdown.mjs'
import packages from '../helpers/package-folder.js'
import { ROOT, read } from './pages.mjs'

const REPOSITORY = packages.manifest.repository.url.replace(/^git\+/, '').replace(/\.git$/, '')
/** A path into the repository on GitHub. */
const ON_GITHUB = /^\/(?:blob|tree|raw)\/[^/]+\/([^?#]*)(#.*)?$/
/** Paths of the repository that pages mention as code, such as `lib/options/index.js`. */
const MENTIONED = /^(?:\.ci|\.github|__test__|benchmark|docs|examples|fuzz|lib|scripts|src)\/[\w./@-]+$/
/** A page of the repository on GitHub that is not a file, as a page in the root folder leads to it: `blob/main/` is left. */
const PAGE_OF_GITHUB = /^\.\.\/\.\.\/security\/advisories\/new$/
/** The text of a page -> its anchors: many links lead to the same page. */
const known = new Map()
/** Files that are only made by a command. */
const MADE = /^benchmark\/results\//

/**
 * What is wrong with the links of a page: each with the line.
 * @param {string} page its path, relative to the root
 * @param {string} text
 * @returns {{ line: number, message: string }[]}
 */
export function linkProblems(page, text) {
  const problems = destinationsOf(text).map(({ url, start, isImage }) => ({
    line: text.slice(0, start).split('\n').length,
    message: problemOf(url, page, { text, isImage }),
  }))
  visit(parseMarkdown(text), 'inlineCode', ({ value, position }) => {
    if (!MENTIONED.test(value) || MADE.test(value) || existsSync(join(ROOT, value))) return
    problems.push({ line: position.start.line, message: `there is no ${value}.` })
  })
  return problems.filter(({ message }) => message)
}

/** What is wrong with one link; undefined if nothing is. */
function problemOf(url, page, { text, isImage }) {
  if (/^[a-z][a-z\d+.-]*:/i.test(url)) return problemOfAbsolute(url, isImage)
  if (PAGE_OF_GITHUB.test(url) && !page.includes('/')) return undefined
  if (url.startsWith('/')) return `${url} is not relative to the page.`
  const [, path, anchor] = /^([^?#]*)(?:#(.*))?$/.exec(url) ?? []
  if (path === undefined) return `${url} is no path.`
  if (path === '') return problemOfAnchor(text, anchor, page)
  return problemOfPath(posix.normalize(posix.join(dirname(page), decodeURI(path))), anchor, isImage)
}

function problemOfAbsolute(url, isImage) {
  if (!URL.canParse(url)) return `${url} is no URL.`
  if (!url.startsWith('https://')) return `${url} is not https.`
  if (!url.startsWith(`${REPOSITORY}/`)) return undefined
  const [, path, hash] = ON_GITHUB.exec(url.slice(REPOSITORY.length)) ?? []
  return path && problemOfPath(decodeURI(path), hash?.slice(1), isImage)
}

function problemOfPath(path, anchor, isImage) {
  if (path.startsWith('..')) return `${path} is outside of the repository.`
  if (!existsSync(join(ROOT, path))) return `there is no ${path}.`
  if (isImage) return /\.(svg|png|gif|jpe?g|webp)$/.test(path) ? undefined : `${path} is no image.`
  if (anchor === undefined || /^L\d+/.test(anchor)) return undefined
  if (statSync(join(ROOT, path)).isDirectory() || !path.endsWith('.md')) return `${path} has no headings.`
  return problemOfAnchor(read(path), anchor, path)
}

function problemOfAnchor(text, anchor, page) {
  if (!known.has(text)) known.set(text, anchorsOf(text))
  if (known.get(text).has(decodeURI(anchor))) return undefined
  return `${page} has no heading for #${anchor}.`
}

/** The anchors of a page: its headings as GitHub names them. */
export function anchorsOf(text) {
  const slugger = new GithubSlugger()
  const anchors = new Set()
  visit(parseMarkdown(text), 'heading', (heading) => {
    anchors.add(slugger.slug(textOf(heading, { includeImageAlt: false })))
  })
  return anchors
}
