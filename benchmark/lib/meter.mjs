// What a process spends between two moments: time, event-loop time, CPU time, and the CPU time of the database server.

import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'

/** A tick of /proc in µs; 100 ticks a second on every Linux that Node runs on. */
const TICK = 10_000

export class Meter {
  #serverPid
  #startedAt
  #loop
  #cpu
  #serverCpu

  /** Starts to measure. `serverPid` is the process of the database server, if there is one. */
  constructor(serverPid) {
    this.#serverPid = serverPid
    this.#serverCpu = cpuOf(serverPid)
    this.#cpu = process.cpuUsage()
    this.#loop = performance.eventLoopUtilization()
    this.#startedAt = performance.now()
  }

  /**
   * What was spent on each of `count` operations, in µs: `loopUs`, when the event loop was not idle; `cpuUs`, of all
   * threads; `serverUs`, undefined where it can't be known. `perSecond` is the throughput, `rssMb` the memory in MB.
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
      serverUs: serverCpu === undefined ? undefined : (serverCpu - this.#serverCpu) / count,
      rssMb: process.memoryUsage.rss() / 1e6,
    }
  }
}

/** The CPU time that another process has used so far, in µs; undefined where there is no /proc. */
function cpuOf(pid) {
  if (!pid) return undefined
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ') // the name before may have spaces
    return (Number(fields[11]) + Number(fields[12])) * TICK
  } catch {
    return undefined
  }
}
