// A child process whose methods the benchmark calls as if they were its own. Every peer runs in a child, so that no
// peer shares an event loop, a heap or compiled code with another.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const STOP_TIMEOUT = 5000 // ms

const running = new Set()

/** Ends all children at once, for an end that waits for nothing. */
export function killChildren() {
  for (const child of running) child.kill('SIGKILL')
}

export class Child {
  #process
  #calls = new Map()
  #lastId = 0

  /** Starts `file`, a module of `benchmark/process/` that calls `serve`. */
  constructor(file, { args = [], env } = {}) {
    this.#process = fork(fileURLToPath(new URL(`../process/${file}`, import.meta.url)), args, {
      env: { ...process.env, NODE_ENV: 'production', ...env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    running.add(this.#process)
    this.#process.on('message', ({ id, result, error }) => {
      const call = this.#calls.get(id)
      this.#calls.delete(id)
      if (error) call?.reject(new Error(error))
      else call?.resolve(result)
    })
    this.#process.once('error', (error) => this.#failAll(error))
    this.#process.once('exit', (code, signal) => {
      this.ended = true
      running.delete(this.#process)
      this.#failAll(new Error(`the process ended (${signal ?? `exit code ${code}`})`))
    })
  }

  /** Whether the process is gone. */
  ended = false

  get pid() {
    return this.#process.pid
  }

  /** Calls a method of the child; rejects with its error, or when the process ends. */
  call(method, argument) {
    return new Promise((resolve, reject) => {
      if (this.ended) {
        reject(new Error('the process has ended'))
        return
      }
      const id = (this.#lastId += 1)
      this.#calls.set(id, { resolve, reject })
      this.#process.send({ id, method, argument }, (error) => error && this.#fail(id, error))
    })
  }

  /** Ends the process: in good order if it can, by force after a while. */
  async stop() {
    if (this.ended) return
    const exited = once(this.#process, 'exit')
    if (this.#process.connected) this.#process.disconnect()
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_TIMEOUT)
    await exited
    clearTimeout(timer)
  }

  #fail(id, error) {
    this.#calls.get(id)?.reject(error)
    this.#calls.delete(id)
  }

  #failAll(error) {
    for (const id of this.#calls.keys()) this.#fail(id, error)
  }
}
