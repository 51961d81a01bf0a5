// The other side of `child.mjs`: answers the calls of the benchmark, and ends with it.

/** Serves `methods`, functions of one argument that give a value or a promise of one. */
export function serve(methods) {
  process.on('message', async ({ id, method, argument }) => {
    try {
      process.send({ id, result: await methods[method](argument) })
    } catch (error) {
      process.send({ id, error: error.message ?? String(error) })
    }
  })
  process.once('disconnect', () => process.exit())
  // Ctrl-C reaches all processes of a terminal; the benchmark ends its children itself.
  process.on('SIGINT', () => {})
}
