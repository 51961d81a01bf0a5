// What is fuzzed. `src/fuzzing.rs` has the Rust targets, and `__test__/properties` has the others.

/**
 * The Rust targets, and what each one reads.
 * @type {Record<string, string>}
 */
export const RUST = {
  envelope: 'stored text in the format of `encryption`; values that it encrypts, changes and decrypts',
  kruptein: 'the same for the formats of `crypto`, with each algorithm, hash, encoding and release',
  secret: 'the same for the format of `secret`',
  web: 'the same for the formats of Web Crypto',
  cipher: 'stored values of any type, in a store that reads several formats and plain sessions',
  document: 'stored documents with any fields and types, and with broken bytes',
  reply: 'replies to write commands, and descriptions of indexes',
  message: 'messages of servers and errors of the driver, which quote a value',
  uri: 'connection strings, with a password at any place',
}

/**
 * The files of properties, and what each one makes up.
 * @type {Record<string, string>}
 */
export const PROPERTIES = {
  options: 'any values for any options of a store',
  uri: 'connection strings, compared with the `mongodb` package, and broken ones',
  codec: 'sessions with any values, compared with connect-mongo 6',
  encryption: 'sessions and changed records in each format, with the addon and without it',
}
