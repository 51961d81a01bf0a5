// Every link of every page leads somewhere, on GitHub and in the README that npm shows.

import assert from 'node:assert/strict'
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { NapiCli } from '@napi-rs/cli'
import { destinationsOf } from '../../scripts/lib/markdown.mjs'
import { publishedReadme } from '../../scripts/release/readme.mjs'
import packages from '../helpers/package-folder.js'
import { anchorsOf, linkProblems } from './links.mjs'
import { markdownFiles, read, ROOT } from './pages.mjs'

const { manifest } = packages
const SITE = manifest.repository.url.replace(/^git\+/, '').replace(/\.git$/, '')

describe('The links lead somewhere', () => {
  for (const page of markdownFiles()) {
    it(`in ${page}`, () => {
      const problems = linkProblems(page, read(page))
      assert.deepEqual(
        problems.map(({ line, message }) => `${page}:${line}: ${message}`),
        [],
      )
    })
  }

  it('and there are links', (t) => {
    const count = markdownFiles().flatMap((page) => destinationsOf(read(page))).length
    t.diagnostic(`${count} links and images`)
    assert.notEqual(count, 0)
  })
})

describe('A wrong link is told', () => {
  const WRONG = {
    'to a file': ['see [a](docs/nothing.md)', 'there is no docs/nothing.md.'],
    'to a file, by a reference': ['see [a][b]\n\n[b]: nothing.md', 'there is no nothing.md.'],
    'in a table': ['| a |\n|---|\n| [b](nothing.md) |', 'there is no nothing.md.'],
    'to a heading': ['# One\n\n[a](#two)', 'README.md has no heading for #two.'],
    'to a heading of another page': ['[a](docs/options.md#nothing)', 'docs/options.md has no heading for #nothing.'],
    'to a heading of no page': ['[a](LICENSE#license)', 'LICENSE has no headings.'],
    'out of the repository': ['[a](../nothing.md)', '../nothing.md is outside of the repository.'],
    'from the root': ['[a](/docs/options.md)', '/docs/options.md is not relative to the page.'],
    'of an image': ['![a](docs/charts/nothing.svg)', 'there is no docs/charts/nothing.svg.'],
    'of an image in HTML': ['<img src="nothing.svg" alt="">', 'there is no nothing.svg.'],
    'of a picture': ['<picture>\n<source srcset="nothing.svg 2x">\n</picture>', 'there is no nothing.svg.'],
    'in HTML': ['<a href="nothing.md">a</a>', 'there is no nothing.md.'],
    'of an image that is none': ['![a](LICENSE)', 'LICENSE is no image.'],
    'that is not https': ['[a](http://example.com/)', 'http://example.com/ is not https.'],
    'that is no URL': ['[a](https://exa[mple/)', 'https://exa[mple/ is no URL.'],
    'into this repository': [`[a](${SITE}/blob/main/nothing.md)`, 'there is no nothing.md.'],
    'to a heading in this repository': [
      `[a](${SITE}/blob/main/docs/options.md#nothing)`,
      'docs/options.md has no heading for #nothing.',
    ],
    'to a path in the text': ['see `lib/nothing.js`', 'there is no lib/nothing.js.'],
  }
  for (const [what, [text, message]] of Object.entries(WRONG)) {
    it(what, () => {
      assert.deepEqual(
        linkProblems('README.md', text).map((problem) => problem.message),
        [message],
      )
    })
  }

  it('with its line', () => {
    assert.deepEqual(linkProblems('docs/a.md', 'a\n\n- b\n- [c](nothing.md)'), [
      { line: 4, message: 'there is no docs/nothing.md.' },
    ])
  })

  it('but not a right one', () => {
    const right = [
      '# One `two`, three',
      '# One `two`, three',
      '[a](#one-two-three-1) [b](docs/options.md#mongooptions "title") [c](<docs/charts>) <https://example.com>',
      '![d](docs/charts/http.svg) `lib/options/index.js` `node lib/nothing.js`',
      '```',
      '[e](nothing.md)',
      '```',
    ]
    assert.deepEqual(linkProblems('README.md', right.join('\n')), [])
  })

  it('where headings have the names that GitHub gives them', () => {
    assert.deepEqual([...anchorsOf('# A `b.c()` – d\n\nE\n===\n\n## E\n')], ['a-bc--d', 'e', 'e-1'])
  })
})

describe('On npmjs.com', () => {
  const published = (text) => publishedReadme(text, manifest)
  const blob = `${SITE}/blob/v${manifest.version}`
  const raw = `${SITE.replace('github.com', 'raw.githubusercontent.com')}/v${manifest.version}`

  it('the README has no relative link, and each one into the repository leads to a file', () => {
    const urls = destinationsOf(published(read('README.md'))).map(({ url }) => url)
    assert.deepEqual(
      urls.filter((url) => !/^(https:\/\/|#)/.test(url)),
      [],
    )
    const own = urls.filter((url) => url.startsWith(`${blob}/`) || url.startsWith(`${raw}/`))
    assert.notEqual(own.length, 0)
    for (const url of own) {
      const path = url.replace(`${blob}/`, '').replace(`${raw}/`, '').split('#', 1)[0]
      assert.ok(existsSync(join(ROOT, path)), url)
    }
    assert.deepEqual(linkProblems('README.md', published(read('README.md'))), [])
  })

  const CHANGED = {
    'a link': ['see [a](docs/a.md#b "c").', `see [a](${blob}/docs/a.md#b "c").`],
    'a link that says that it is relative': ['[a](./docs/a.md)', `[a](${blob}/docs/a.md)`],
    'a reference': ['[a][b]\n\n[b]: docs/a.md\n', `[a][b]\n\n[b]: ${blob}/docs/a.md\n`],
    'an image': ['![a](docs/a.svg)', `![a](${raw}/docs/a.svg)`],
    'an image in a link': ['[![a](docs/a.svg)](docs/a.md)', `[![a](${raw}/docs/a.svg)](${blob}/docs/a.md)`],
    'links in a table': [
      '| a |\n|---|\n| [a](a.md) [b](b.md) |',
      `| a |\n|---|\n| [a](${blob}/a.md) [b](${blob}/b.md) |`,
    ],
    'HTML in a line': [
      'a <a href="a.md">b</a> <img alt="src" src=\'a.svg\'>',
      `a <a href="${blob}/a.md">b</a> <img alt="src" src='${raw}/a.svg'>`,
    ],
    'a picture': [
      '<picture>\n  <source media="(a)" srcset="a.svg, b.svg 2x">\n  <img src="c.svg">\n</picture>',
      `<picture>\n  <source media="(a)" srcset="${raw}/a.svg, ${raw}/b.svg 2x">\n  <img src="${raw}/c.svg">\n</picture>`,
    ],
  }
  for (const [what, [text, expected]] of Object.entries(CHANGED)) {
    it(`${what} leads to the repository`, () => assert.equal(published(text), expected))
  }

  it('anchors, absolute links and code stay as they are', () => {
    const text = '[a](#b) <https://c.d> https://e.f [g](https://h.i) `[j](k.md)`\n\n```md\n[l](m.md)\n```\n'
    assert.equal(published(text), text)
  })

  it('the packages of the platforms have no relative link', async (t) => {
    const folder = packages.temporaryFolder(t)
    cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'))
    await new NapiCli().createNpmDirs({ cwd: folder })
    const platforms = readdirSync(join(folder, 'npm'))
    assert.equal(platforms.length, manifest.napi.targets.length)
    for (const platform of platforms) {
      const urls = destinationsOf(readFileSync(join(folder, 'npm', platform, 'README.md'), 'utf8')).map(
        ({ url }) => url,
      )
      assert.deepEqual(
        urls.filter((url) => !url.startsWith('https://')),
        [],
      )
    }
  })
})
