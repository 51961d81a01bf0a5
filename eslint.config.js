'use strict'

// Rules that find mistakes. Layout is left to the eye.

const js = require('@eslint/js')

/** What Node 18, the oldest that the package supports, offers besides the language itself. */
const node = [
  ...[
    'AbortController',
    'AbortSignal',
    'Buffer',
    'Event',
    'EventTarget',
    'MessageChannel',
    'TextDecoder',
    'TextEncoder',
  ],
  ...[
    'URL',
    'URLSearchParams',
    'WebAssembly',
    'clearImmediate',
    'clearInterval',
    'clearTimeout',
    'console',
    'fetch',
    'global',
  ],
  ...['performance', 'process', 'queueMicrotask', 'setImmediate', 'setInterval', 'setTimeout', 'structuredClone'],
]

const readonly = (names) => Object.fromEntries(names.map((name) => [name, 'readonly']))

module.exports = [
  { ignores: ['**/node_modules/', 'target/', 'npm/', '.cache/', 'native.js', '__test__/**/fixtures/'] },
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: { globals: readonly(node) },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrors: 'all' }],
      'no-implicit-coercion': ['error', { boolean: false }],
      'no-implicit-globals': 'error',
      'no-return-assign': 'error',
      'no-self-compare': 'error',
      'no-shadow': ['error', { builtinGlobals: false }],
      'no-template-curly-in-string': 'error',
      'no-throw-literal': 'error',
      'no-unmodified-loop-condition': 'error',
      'no-unreachable-loop': 'error',
      'no-use-before-define': ['error', { functions: false, classes: false, variables: false }],
      'no-var': 'error',
      'object-shorthand': ['error', 'properties'],
      'prefer-const': 'error',
      'prefer-promise-reject-errors': 'error',
      radix: ['error', 'always'],
    },
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: readonly(['__dirname', '__filename']) },
    rules: { strict: ['error', 'global'] },
  },
  { files: ['**/*.mjs'], languageOptions: { sourceType: 'module' } },
  {
    // ES modules by what builds or starts them, some with JSX.
    files: [
      'next/pages/**',
      'next-standalone/{app,pages,sessions}/**',
      'next-standalone/{instrumentation,started}.js',
      'vite-ssr/**/*.js',
    ].map((file) => `__test__/compatibility/stacks/${file}`),
    languageOptions: {
      sourceType: 'module',
      parserOptions: { ecmaFeatures: { jsx: true } },
      globals: readonly(['Response']),
    },
    rules: { strict: 'off' },
  },
  {
    // Programs in which a block of the docs is missing.
    files: ['__test__/docs/contexts/**'],
    rules: { 'no-undef': 'off', 'no-unused-vars': 'off' },
  },
  {
    // Applications as people wrote them in their time.
    files: ['__test__/compatibility/stacks/*/{app,cannot}.js'],
    rules: {
      'no-redeclare': 'off',
      'no-shadow': 'off',
      'no-var': 'off',
      'object-shorthand': 'off',
      'prefer-const': 'off',
      strict: 'off',
    },
  },
]
