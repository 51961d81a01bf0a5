'use strict'

// What `npm publish` refuses, in a copy of this package that is complete but for one thing.

const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { after, before, describe, it } = require('node:test')
const { pathToFileURL } = require('node:url')
const { ROOT } = require('../helpers/child.js')
const { npm } = require('../helpers/npm.js')
const { manifest, temporaryFolder } = require('../helpers/package-folder.js')

/** What the check looks at, besides the files of the tarball. */
const LOOKED_AT = [
  'scripts',
  'package.json',
  'package-lock.json',
  'Cargo.toml',
  'Cargo.lock',
  'LICENSE',
  'README.md',
  '.gitignore',
]
const PLATFORM = `${manifest.name}-linux-x64-gnu`

describe('A package can be published', () => {
  const folder = temporaryFolder({ after })

  before(async () => {
    const { published } = await import('../../scripts/release/packages.mjs')
    for (const name of [...LOOKED_AT, ...manifest.files].filter((file) => fs.existsSync(path.join(ROOT, file)))) {
      fs.cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true })
    }
    fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'), 'junction')
    edit('package.json', (text) => JSON.stringify(published(JSON.parse(text.replaceAll('OWNER', 'somebody')))))
    edit('CHANGELOG.md', (text) => `${text}\n## [${manifest.version}] - 2026-01-01\n`)
    fs.writeFileSync(path.join(folder, 'THIRD-PARTY-NOTICES'), 'Licenses of others\n')
    git('init', '--quiet')
    git('config', 'user.name', 'somebody')
    git('config', 'user.email', 'somebody@localhost')
    commit()
    git('tag', 'complete')
  })

  it('if it is complete', async () => {
    assert.deepEqual(await check(), [])
  })

  const faults = {
    'unless the repository has an owner': {
      plant: () => edit('package.json', (text) => text.replace('github.com/somebody', 'github.com/OWNER')),
      problem: /^package\.json has the placeholder OWNER/,
    },
    'unless all platforms are optional dependencies': {
      plant: () => editManifest(({ optionalDependencies }) => delete optionalDependencies[PLATFORM]),
      problem: new RegExp(`^optionalDependencies .* of ${PLATFORM} \\(missing\\)`),
    },
    'unless the platforms are of its version': {
      plant: () => editManifest(({ optionalDependencies }) => (optionalDependencies[PLATFORM] = '0.0.1')),
      problem: new RegExp(`^optionalDependencies .* of ${PLATFORM} \\(0\\.0\\.1\\)`),
    },
    'unless Cargo.toml has its version': {
      plant: () => edit('Cargo.toml', (text) => text.replace(`"${manifest.version}"`, '"0.0.1"')),
      problem: new RegExp(`^Cargo\\.toml has version 0\\.0\\.1, not ${manifest.version}`),
    },
    'unless Cargo.lock has its version': {
      plant: () =>
        edit('Cargo.lock', (text) => text.replace(/(name = "connect-mongo-native"\nversion = )".+"/, '$1"0.0.1"')),
      problem: new RegExp(`^Cargo\\.lock has version 0\\.0\\.1, not ${manifest.version}`),
    },
    'unless package-lock.json has its version': {
      plant: () =>
        edit('package-lock.json', (text) => text.replace(`"version": "${manifest.version}"`, '"version": "0.0.1"')),
      problem: new RegExp(`^package-lock\\.json has version 0\\.0\\.1, not ${manifest.version}`),
    },
    'unless the CHANGELOG has an entry with a date': {
      plant: () => edit('CHANGELOG.md', (text) => text.replaceAll(/(?<=^## .*) - \d{4}-\d\d-\d\d$/gm, '')),
      problem: /^CHANGELOG\.md has no entry/,
    },
    'unless addons stay out of the tarball': {
      plant: () => fs.writeFileSync(path.join(folder, 'lib', 'stray.node'), ''),
      problem: /^lib\/stray\.node would be in the tarball/,
    },
    'unless it has a license': { plant: () => remove('LICENSE'), problem: /^LICENSE is missing/ },
    'unless it has the notices of others': {
      plant: () => remove('THIRD-PARTY-NOTICES'),
      problem: /^THIRD-PARTY-NOTICES is missing/,
    },
    'unless it has the loader of the addon': { plant: () => remove('native.js'), problem: /^native\.js is missing/ },
    'unless its loader knows all platforms': {
      plant: () => edit('native.js', (text) => text.replaceAll(`'${PLATFORM}'`, "'other'")),
      problem: new RegExp(`^native\\.js does not load ${PLATFORM}`),
    },
    'unless its loader is of its version': {
      plant: () => edit('native.js', (text) => text.replaceAll(`'${manifest.version}'`, "'0.0.1'")),
      problem: /^native\.js was built for another version/,
    },
    'unless everything is committed': {
      plant: () => edit('index.js', (text) => `${text}\n`),
      uncommitted: true,
      problem: /^Files are not committed:\n {5}M index\.js/,
    },
  }

  for (const [title, { plant, uncommitted, problem }] of Object.entries(faults)) {
    it(title, async () => {
      plant()
      if (!uncommitted) commit()
      const problems = await check()
      restore()
      assert.equal(problems.length, 1, problems.join('\n'))
      assert.match(problems[0], problem)
    })
  }

  it('after version.mjs, when it is built again and packed', async () => {
    execFileSync(process.execPath, [path.join(folder, 'scripts', 'release', 'version.mjs'), '9.8.7'], {
      stdio: 'ignore',
    })
    commit()
    const problems = await check()
    restore()
    assert.deepEqual(
      problems.map((problem) => problem.split(' ')[0]),
      ['optionalDependencies', 'native.js'],
    )
  })

  it('with a README whose links work on npmjs.com', async () => {
    const { stagePackage } = await import(pathToFileURL(path.join(folder, 'scripts', 'release', 'stage.mjs')))
    const staged = await stagePackage(JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')))
    const readme = fs.readFileSync(path.join(staged, 'README.md'), 'utf8')
    const tag = `blob/v${manifest.version}`
    assert.ok(readme.includes(`](https://github.com/somebody/${manifest.name}/${tag}/docs/`), readme)
    const { destinationsOf } = await import('../../scripts/lib/markdown.mjs')
    const relative = destinationsOf(readme).filter(({ url }) => !/^(https:|#)/.test(url))
    assert.deepEqual(relative, [])
  })

  it('only by a command that checks it', async () => {
    remove('THIRD-PARTY-NOTICES')
    await assert.rejects(npm(['publish', '--dry-run'], { cwd: folder }), /THIRD-PARTY-NOTICES is missing/)
    restore()
  })

  /** What is wrong with the copy, by its own scripts. */
  async function check() {
    const { verify } = await import(pathToFileURL(path.join(folder, 'scripts', 'release', 'verify.mjs')))
    return verify().then(
      () => [],
      (error) => {
        assert.match(error.message, /can't be published:\n- /, error.stack)
        return error.message.trim().split(/^- /m).slice(1)
      },
    )
  }

  function edit(name, change) {
    const file = path.join(folder, name)
    fs.writeFileSync(file, change(fs.readFileSync(file, 'utf8')))
  }

  function editManifest(change) {
    edit('package.json', (text) => {
      const edited = JSON.parse(text)
      change(edited)
      return JSON.stringify(edited)
    })
  }

  function remove(name) {
    fs.rmSync(path.join(folder, name))
  }

  function git(...args) {
    return execFileSync('git', args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  }

  function commit() {
    git('add', '--all')
    git('commit', '--quiet', '--allow-empty', '--message', 'A state')
  }

  /** Undoes a fault, also in the files that git does not know. */
  function restore() {
    git('reset', '--quiet', '--hard', 'complete')
    fs.rmSync(path.join(folder, 'lib', 'stray.node'), { force: true })
    fs.cpSync(path.join(ROOT, 'native.js'), path.join(folder, 'native.js'))
  }
})
