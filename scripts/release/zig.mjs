// zig, which links the Linux builds against an old C library, and cargo-zigbuild, which makes it cargo's linker: wheels of
// PyPI, kept in .cache/zig/.

import { existsSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import { root } from '../lib/process.mjs'
import { Failure } from '../lib/program.mjs'
import { unpackWheels } from '../lib/wheels.mjs'

/** @typedef {import('../lib/wheels.mjs').Wheel} Wheel */

const VERSIONS = { zig: '0.16.0', zigbuild: '0.24.1' }

/**
 * The wheels by the platform on which they run. Each of them builds for all Linux targets.
 * @type {Record<string, { zig: Wheel, zigbuild: Wheel }>}
 */
const WHEELS = {
  'linux-x64': {
    zig: {
      path: '3e/ed/7b79023aa27ceb5d461ecf761181e7c33c57bbc1a6256a39535d1c7083d2/ziglang-0.16.0-py3-none-manylinux_2_12_x86_64.manylinux2010_x86_64.musllinux_1_1_x86_64.whl',
      sha256: '9fcda73f62b851dd72a54b710ad40a209896db14cfb13649e62191243556342b',
    },
    zigbuild: {
      path: '19/bd/5476661915fd4fb8bc6eb439ac2c3682a6454cfd3efb0365832e02897556/cargo_zigbuild-0.24.1-py3-none-manylinux1_x86_64.manylinux_2_5_x86_64.whl',
      sha256: '238a1ab54a95053a4eadc34775c81f795a8ad75f80bfed63f3f445f518102375',
    },
  },
  'linux-arm64': {
    zig: {
      path: '7e/ed/d6663a5e52c504944d578b9e0bfcb7857f292803bcd09ebe0d10fe2b293d/ziglang-0.16.0-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64.whl',
      sha256: 'e27d409812b11e0fb89ed0200cf2e55b6464d43f9461553104e4a4f9a94a1fd5',
    },
    zigbuild: {
      path: '98/74/69f6f26cb6ba003c3946940afe69828354a8c78781b74651b550851f58e3/cargo_zigbuild-0.24.1-py3-none-manylinux2014_aarch64.manylinux_2_17_aarch64.whl',
      sha256: '07c5e3dcddf208500462ec927c556bb306cca2b533b0abe29446bffb63767b85',
    },
  },
}

/**
 * Installs both, if they are not yet, and resolves with the environment in which `cargo zigbuild` finds them.
 * @returns {Promise<Record<string, string>>}
 */
export async function zigEnvironment() {
  const cache = join(root, '.cache', 'zig')
  const folder = join(cache, `${VERSIONS.zig}-${VERSIONS.zigbuild}`)
  if (!existsSync(folder)) await install(folder)
  return {
    PATH: [folder, process.env.PATH].join(delimiter),
    CARGO_ZIGBUILD_ZIG_PATH: join(folder, 'ziglang', 'zig'),
    CARGO_ZIGBUILD_CACHE_DIR: join(cache, 'wrappers'),
    ZIG_GLOBAL_CACHE_DIR: join(cache, 'objects'),
  }
}

/** @param {string} folder */
async function install(folder) {
  const platform = `${process.platform}-${process.arch}`
  const wheels = WHEELS[platform]
  if (!wheels) throw new Failure(`Linux targets are built on ${Object.keys(WHEELS).join(' or ')}, not on ${platform}.`)
  console.log(`build: installing zig ${VERSIONS.zig} and cargo-zigbuild ${VERSIONS.zigbuild} from PyPI`)
  await unpackWheels(folder, [
    { wheel: wheels.zig, place: (file) => (file.startsWith('ziglang/') ? file : undefined) },
    { wheel: wheels.zigbuild, place: (file) => (file.endsWith('/cargo-zigbuild') ? basename(file) : undefined) },
  ])
}
