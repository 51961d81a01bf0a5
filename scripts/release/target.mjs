// How the addon is built for others: for the oldest system of its target, and without a trace of the machine that builds.

import { GLIBC } from './check-addon.mjs'
import { sourceFolders } from './paths.mjs'
import { zigEnvironment } from './zig.mjs'

/**
 * What `napi build` is told for a target.
 * @param {string} target a triple, such as `x86_64-unknown-linux-gnu`
 */
export async function targetBuild(target) {
  const env = withoutPaths(target)
  if (!target.includes('-linux-')) return { options: ['--target', target], env }
  const versioned = /-gnu(eabihf)?$/.test(target) ? `${target}.${GLIBC}` : target
  return { options: ['--target', versioned, '--cross-compile'], env: { ...env, ...(await zigEnvironment()) } }
}

/**
 * The flags of the compilers that keep the folders of this machine out of a binary.
 * @param {string} target
 * @returns {Record<string, string>}
 */
function withoutPaths(target) {
  const folders = sourceFolders()
  const { RUSTFLAGS = '', CFLAGS = '' } = process.env
  const rust = [
    ...RUSTFLAGS.split(' ').filter(Boolean),
    ...folders.map(({ folder, name }) => `--remap-path-prefix=${folder}=${name}`),
    // macOS keeps in a library the name under which others link it: by default the path where it was built.
    ...(target.includes('-apple-') ? ['-Clink-arg=-Wl,-install_name,@rpath/connect-mongo-native.node'] : []),
    // On musl, an addon shares the C library of Node. Windows may be without that of Visual C++, so it is brought along.
    ...(target.endsWith('-musl') ? ['-Ctarget-feature=-crt-static'] : []),
    ...(target.endsWith('-msvc') ? ['-Ctarget-feature=+crt-static'] : []),
  ]
  const c = [CFLAGS, ...folders.map(({ folder, name }) => `-ffile-prefix-map=${folder}=${name}`)].join(' ').trim()
  // The compiler of Windows writes no paths, and has no such option. The folders of Rust's flags may contain spaces.
  return { CARGO_ENCODED_RUSTFLAGS: rust.join('\x1f'), ...(target.includes('-windows-') ? {} : { CFLAGS: c }) }
}
