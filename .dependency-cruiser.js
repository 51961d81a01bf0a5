'use strict'

// How the files of lib/ may depend on each other: from the methods of a store inwards and down, and never in a circle.

/** The folders of lib/, and what each may require besides its own files. */
const LAYERS = {
  common: [],
  encryption: ['common'],
  session: ['common', 'encryption'],
  settings: ['common'],
  options: ['common', 'encryption', 'session', 'settings'],
  connection: ['common', 'encryption', 'settings'],
}

const layers = Object.entries(LAYERS).map(([folder, below]) => ({
  name: `lib/${folder} depends on ${below.join(', ') || 'nothing of lib/'}`,
  severity: 'error',
  from: { path: `^lib/${folder}/` },
  to: { path: '^lib/', pathNot: `^lib/(${[folder, ...below].join('|')})/` },
}))

module.exports = {
  forbidden: [
    { name: 'no circle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'lib/common/native.js alone loads the addon',
      severity: 'error',
      from: { pathNot: '^lib/common/native\\.js$' },
      to: { path: '^native\\.js$' },
    },
    ...layers,
  ],
  options: { doNotFollow: { path: 'node_modules' } },
}
