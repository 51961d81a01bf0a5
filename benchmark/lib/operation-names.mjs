// The names of the operations, apart from the operations themselves: those need packages that a fresh clone has not yet.

/** In the order of tables and charts. */
export const OPERATIONS = ['get', 'set', 'touch', 'mixed']
