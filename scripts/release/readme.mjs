// The README as npm shows it. npmjs.com has no other file of the repository, so that each relative link and image leads to the
// repository instead, at the tag of the version.

import { destinationsOf } from '../lib/markdown.mjs'

/** @import { Manifest } from './packages.mjs' */

const ABSOLUTE = /^([a-z][a-z\d+.-]*:|\/\/|#)/i

/**
 * A README without relative links.
 * @param {string} text
 * @param {Pick<Manifest, 'repository' | 'version'>} manifest
 */
export function publishedReadme(text, { repository, version }) {
  const site = repository.url.replace(/^git\+/, '').replace(/\.git$/, '')
  const raw = site.replace('://github.com/', '://raw.githubusercontent.com/')
  let result = ''
  let end = 0
  for (const { url, start, isImage } of destinationsOf(text)) {
    if (ABSOLUTE.test(url)) continue
    const path = url.replace(/^\.\//, '')
    // GitHub leads on from the `blob` of a folder to its `tree`.
    const base = isImage ? raw : `${site}/blob`
    result += `${text.slice(end, start)}${base}/v${version}/${path}`
    end = start + url.length
  }
  return result + text.slice(end)
}
