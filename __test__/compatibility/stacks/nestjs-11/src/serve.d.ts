declare module '*/shared/serve.js' {
  /** Runs the end of the application once, when it is asked to end. */
  export function whenTold(end: () => Promise<unknown>): void
}
