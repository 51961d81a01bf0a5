// The part of yauzl 3 that the scripts use. @types/yauzl describes version 2, which has no promises.

declare module 'yauzl' {
  import type { Readable } from 'node:stream'

  interface Entry {
    fileName: string
    externalFileAttributes: number
  }

  interface ZipFile {
    eachEntry(): AsyncIterable<Entry>
    openReadStreamPromise(entry: Entry): Promise<Readable>
  }

  const yauzl: { openPromise(path: string): Promise<ZipFile> }
  export default yauzl
}
