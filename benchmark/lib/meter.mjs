// What a process spends between two moments: time, event-loop time, CPU time, and the CPU time of the database server.

import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'

/** A tick of /proc in µs. There are 100 ticks a second on every Linux that Node runs on. */
const TICK = 10_000

export class Meter {
  #serverPid
  #startedAt
  #loop
  #cpu
  #serverCpu

  /**
   * Starts to measure.
   * @param {number | undefined} serverPid the process id of the database server, if there is one
   */
  constructor(serverPid) {
    this.#serverPid = serverPid
    this.#serverCpu = cpuOf(serverPid)
    this.#cpu = process.cpuUsage()
    this.#loop = performance.eventLoopUtilization()
    this.#startedAt = performance.now()
  }

  /**
   * Ends the measurement.
   * @param {number} count the number of operations
   * @returns {import('./types.js').Spent}
   */
  stop(count) {
    const seconds = (performance.now() - this.#startedAt) / 1000
    const loop = performance.eventLoopUtilization(this.#loop)
    const cpu = process.cpuUsage(this.#cpu)
    const serverCpu = cpuOf(this.#serverPid)
    return {
      count,
      seconds,
      perSecond: count / seconds,
      loopUs: (loop.active * 1000) / count,
      cpuUs: (cpu.user + cpu.system) / count,
      serverUs:
        serverCpu === undefined || this.#serverCpu === undefined ? undefined : (serverCpu - this.#serverCpu) / count,
      rssMb: process.memoryUsage.rss() / 1e6,
    }
  }
}

/**
 * The CPU time that another process has used so far, in µs; undefined where there is no /proc.
 * @param {number | undefined} pid
 */
function cpuOf(pid) {
  if (!pid) return undefined
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ') // the name before it can contain spaces
    return (Number(fields[11]) + Number(fields[12])) * TICK
  } catch {
    return undefined
  }
}
