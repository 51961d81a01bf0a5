declare module '*/shared/serve.js' {
  /** Calls `end` once, when the application is asked to end. */
  export function whenTold(end: () => Promise<unknown>): void
}
