// The shapes that recur in the benchmark: peers, cases, measurements and results.

export type OperationName = 'get' | 'set' | 'touch' | 'mixed'

/** A store that is measured. */
export interface Peer {
  name: string
  /** The server that it needs; a peer without one keeps its sessions in its process. */
  server?: 'mongodb' | 'redis'
  /** Its database, if it differs from its name. */
  database?: string
  /** Whether it has `touch`. */
  touches: boolean
  /** The format of encrypted sessions. */
  format?: string
  /** The peer that stores its sessions, if it would take too long itself. */
  filledBy?: string
}

/** What is in a session of the benchmark. */
export interface Content {
  user: { id: number; name: string; roles: string[] }
  cart: object[]
  returnTo: string
}

/** A session as a store returns it. A reader checks its `key`. */
export interface StoredSession extends Content {
  key: number
  views: number
}

/** A session as a request has it. */
export interface Session extends StoredSession {
  cookie: { expires: Date | boolean | null }
  touch(): unknown
}

export type Done = (error?: unknown) => void
export type GetCallback = (error: unknown, session?: StoredSession | null) => void

/** The part of an express-session store that the benchmark calls. */
export interface Store {
  get(sid: string, callback: GetCallback): void
  set(sid: string, session: Session, callback: Done): void
  touch(sid: string, session: Session, callback: Done): void
  destroy(sid: string, callback: Done): void
  createSession(req: { sessionID: string; sessionStore: Store }, stored: StoredSession | null | undefined): Session
}

/** A store with the function that closes it. */
export interface OpenStore {
  store: Store
  close(): unknown
}

/** Where a peer finds its server: both are missing for a peer without one. */
export interface Address {
  url?: string
  /** The process id of the server. */
  pid?: number | undefined
}

/** An operation under given conditions. */
export interface Case {
  op: OperationName
  /** The number of operations in flight. */
  concurrency: number
  /** The size of the sessions in KB. */
  kb: number
  /** The round trip to the server in ms. */
  delay: number
}

/** What one slice has spent; the times are those of one operation, in µs. */
export interface Spent {
  count: number
  seconds: number
  perSecond: number
  /** The time in which the event loop was busy. */
  loopUs: number
  /** The CPU time of all threads of the process. */
  cpuUs: number
  /** The CPU time of the server; undefined where it can't be known. */
  serverUs?: number | undefined
  /** The memory of the process in MB. */
  rssMb: number
}

/** Latencies in ms; missing if they were not recorded. */
export interface Percentiles {
  p50?: number
  p99?: number
  p999?: number
}

export interface Errors {
  errors: number
  firstError?: string | undefined
}

export type Measurement = Spent & Percentiles & Errors

/** How much the rounds differ whose medians are reported. */
export interface Rounds {
  rounds: number
  /** The lowest throughput of a round, per second. */
  lowest: number
  /** The highest throughput of a round, per second. */
  highest: number
}

/** What a large session does beside the small ones. */
export interface LargeSpent {
  largePerSecond: number
  /** How long the event loop is blocked by its JSON, in ms. */
  jsonMs: number
}

export interface Point {
  x: number
  y: number
}

export type OperationResult = { peer: string } & Case & Measurement & Rounds

export type HttpRoute = 'read' | 'write'

export type HttpResult = { peer: string; route: HttpRoute; connections: number; kb: number } & Measurement & Rounds

export type LargeMeasurement = Measurement & Partial<LargeSpent> & Rounds

export interface LargeResult {
  peer: string
  kb: number
  largeKb: number
  concurrency: number
  /** The small sessions alone. */
  alone: LargeMeasurement
  /** Beside a large session of another process. */
  others: LargeMeasurement
  /** Beside a large session of the same process. */
  beside: LargeMeasurement
}

export type MemoryResult = Measurement & {
  peer: string
  /** Memory in MB over time in seconds. */
  samples: Point[]
  finalMb: number
  /** MB per minute. */
  growth: number
}

export interface LoadingResult {
  peer: string
  /** The modules that the process had loaded before. */
  preloaded: string[]
  ms: number
}

export type EncryptionResult = Omit<Case, 'delay'> & { peer: string; format?: string; delayP99: number } & Measurement &
  Rounds

/** What this package wants to reach. */
export interface Target {
  name: string
  wanted: string
  /** Undefined if it was not measured. */
  measured: number | undefined
  reached: boolean | undefined
}

/** The figures of a run; a list is empty if its group was not measured. */
export interface Measured {
  operations: OperationResult[]
  http: HttpResult[]
  large: LargeResult[]
  memory: MemoryResult[]
  loading: LoadingResult[]
  encryption: EncryptionResult[]
}

/** A run before its targets are evaluated. */
export interface Run extends Measured {
  format: number
  date: string
  minutes: number
  machine: object
  versions: object
  plan: object
  /** Peer name -> why it was left out. */
  failures: Record<string, string>
}

export interface Results extends Run {
  targets: Target[]
}

/** What is measured, and for how long. */
export interface Plan {
  help?: boolean | undefined
  list?: boolean | undefined
  peers: Peer[]
  cases: Case[]
  routes: HttpRoute[]
  groups: string[]
  rounds: number
  /** ms. */
  slice: number
  /** ms. */
  warmUp: number
  httpSeconds: number
  /** Seconds. */
  httpWarmUp: number
  memorySeconds: number
  loadingRounds: number
  /** Whether everything is measured, so that the results replace the last ones. */
  whole: boolean
  /** A folder for the results. */
  out?: string | undefined
}
