// What builds images and runs containers: Docker where its daemon answers, otherwise Podman, which needs none.

import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../lib/process.mjs'
import { codeOf, Failure } from '../lib/program.mjs'

/** Podman without systemd, in a container or a small virtual machine. */
const PODMAN = `[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"

[network]
network_backend = "netavark" # containers find each other by name

[containers]
log_driver = "k8s-file"
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
`

/** The engine that works here. */
export async function findEngine() {
  const docker = new Engine('docker', [])
  if (await docker.answers(['version'])) return docker
  const folder = join(root, '.cache', 'containers')
  mkdirSync(folder, { recursive: true })
  const settings = join(folder, 'containers.conf')
  writeFileSync(settings, PODMAN)
  const podman = new Engine('podman', [`--root=${join(folder, 'storage')}`], {
    CONTAINERS_CONF: settings,
    BUILDAH_FORMAT: 'docker', // the format of others has no HEALTHCHECK
  })
  if (await podman.answers(['info'])) return podman
  throw new Failure(
    'containers: no Docker daemon answers. Without one, as root on Debian, run `apt-get install debootstrap podman podman-compose runc netavark aardvark-dns iptables`.',
  )
}

export class Engine {
  #command
  #options
  #env

  /**
   * @param {'docker' | 'podman'} command
   * @param {string[]} options of the command itself
   * @param {Record<string, string>} [env]
   */
  constructor(command, options, env = {}) {
    this.#command = command
    this.#options = options
    this.#env = env
  }

  get name() {
    return this.#command
  }

  /**
   * Runs a command to its end. Resolves with what it prints.
   * @param {string[]} args
   */
  async run(...args) {
    return this.#execute(this.#command, [...this.#options, ...args])
  }

  /**
   * Runs a command of Docker Compose, or of podman-compose, which reads the same files.
   * @param {string[]} args
   * @param {Record<string, string>} env
   */
  async compose(args, env) {
    if (this.#command === 'docker') return this.#execute('docker', ['compose', ...args], env)
    return this.#execute('podman-compose', [`--podman-args=${this.#options.join(' ')}`, ...args], env)
  }

  /**
   * @param {string} command
   * @param {string[]} args
   * @param {Record<string, string>} [env]
   */
  async #execute(command, args, env) {
    const options = { env: { ...process.env, ...this.#env, ...env }, maxBuffer: 2 ** 26 }
    return (await promisify(execFile)(command, args, options)).stdout.trim()
  }

  /**
   * Whether a command succeeds. What is not installed does not.
   * @param {string[]} args
   */
  async answers(args) {
    try {
      await this.run(...args)
      return true
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || typeof (/** @type {{ code?: unknown }} */ (error).code) === 'number')
        return false
      throw error
    }
  }

  /**
   * Whether an image is on this machine.
   * @param {string} image
   */
  has(image) {
    return this.answers(['image', 'inspect', image])
  }

  /**
   * Builds an image. Its build reaches the servers of this machine.
   * @param {{ image: string, file: string, context: string }} options
   */
  async build({ image, file, context }) {
    await this.run('build', '--network', 'host', '--tag', image, '--file', file, context)
  }

  /**
   * What an image or a container is told to do.
   * @param {string} name
   * @returns {Promise<any>}
   */
  async inspect(name) {
    return JSON.parse(await this.run('inspect', name))[0]
  }
}
