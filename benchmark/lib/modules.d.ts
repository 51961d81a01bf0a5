// The part of packages without types that the benchmark uses.

declare module 'autocannon' {
  interface Client {
    setRequests(requests: { method: string; path: string; headers: Record<string, string> }[]): void
  }

  interface Result {
    errors: number
    timeouts: number
  }

  interface Instance extends PromiseLike<Result> {
    on(event: 'response', listener: (client: Client, status: number, bytes: number, ms: number) => void): this
  }

  export default function autocannon(options: {
    url: string
    connections: number
    duration: number
    setupClient(client: Client): void
  }): Instance
}
