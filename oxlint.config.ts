import { defineConfig, type OxlintOverride } from 'oxlint'
import { LAYERS, type Layer } from './oxlint.layers.ts'

const UNIT_TESTS = ['**/*.test.ts', '**/*.suite.ts']

/** Folders of tests and tools, which may narrow types by assertion. */
const AROUND = [
  'test/**',
  'rig/**',
  'reporting/**',
  'bench/**',
  'loadtest/**',
  'demo/**',
  'simulation/**',
  'mutants/**',
  'docs/**',
  '.ci/**',
]

/** What every command line may use of the service's: how flags are parsed, and slips are told. */
const COMMAND_LINE = [
  '!**/src/lib/parse-flags.ts',
  '!**/src/lib/nearest-name.ts',
  '!**/src/lib/without-credentials.ts',
]

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'node', 'promise', 'vitest'],
  jsPlugins: ['./oxlint.constructors.ts'],
  categories: { correctness: 'error', suspicious: 'error' },
  options: { typeAware: true },
  ignorePatterns: ['dist', 'node_modules'],
  rules: {
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'import/no-default-export': 'error',
    'import/no-unassigned-import': ['error', { allow: ['reflect-metadata'] }],
    'node/no-process-env': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'typescript/consistent-type-imports': 'error',
    'no-restricted-properties': [
      'error',
      { object: 'process', property: 'exit', message: 'only main.ts ends the process' },
      { object: 'process', property: 'argv', message: 'only main.ts reads the command line' },
    ],
    'typescript/consistent-return': 'off',
    'no-await-in-loop': 'off',
    'no-underscore-dangle': 'off',
    'vitest/valid-title': 'off',
  },
  overrides: [
    {
      files: ['src/main.ts', ...AROUND, 'manifests/**'],
      rules: { 'node/no-process-env': 'off', 'no-restricted-properties': 'off' },
    },
    {
      files: [...AROUND, ...UNIT_TESTS.map((files) => `src/${files}`)],
      rules: { 'typescript/no-unsafe-type-assertion': 'off' },
    },
    {
      files: ['*.config.ts', 'oxlint.constructors.ts'],
      rules: { 'import/no-default-export': 'off' },
    },
    {
      files: ['src/**'],
      excludeFiles: UNIT_TESTS,
      rules: { 'constructors/start-nothing': 'error' },
    },
    ...LAYERS.flatMap(restrictImports),
    {
      files: LAYERS.filter(({ runsAnywhere }) => runsAnywhere).map(
        ({ folder }) => `src/${folder}/**`,
      ),
      excludeFiles: UNIT_TESTS,
      rules: {
        'no-restricted-globals': ['error', 'Buffer', 'global', 'process', 'setImmediate'],
      },
    },
    restrict(['src/main.ts'], ['./cli/**', './lib/**'], 'main.ts starts commands'),
    restrict(['reporting/**'], ['./**', 'node:*'], 'reporting shows what it is handed'),
    forbid(
      ['rig/**'],
      ['**/src/**', ...COMMAND_LINE, '**/test/**', '**/bench/**'],
      'rig brings up servers, and knows nothing of their use',
    ),
    forbid(
      ['test/support/*.ts'],
      ['../*/**', '!../../**'],
      'helpers that several tests share know none of them',
    ),
    forbid(
      ['test/support/*/*.ts'],
      ['../../*/**', '!../../../**'],
      'helpers that several tests share know none of them',
    ),
    forbid(
      [
        'test/delivery-guarantee/{judge,gap-rules,event-tree,observation,world,judged-client,outcomes,collect-concurrently}.ts',
        'test/history/check*.ts',
      ],
      [
        '**/src/**',
        '!**/src/wire/**',
        '!**/src/schema/**',
        '!**/src/log/event-log.ts',
        '!**/src/log/history.ts',
      ],
      'a judge asks nothing of the code that it judges',
    ),
    forbid(
      ['test/e2e/**'],
      [
        '**/src/**',
        '!**/src/wire/**',
        '!**/src/client/**',
        '!**/src/lib/pause.ts',
        '!**/src/schema/**',
        '!**/src/controller/{cluster,kube,objects}/**',
      ],
      'these look at a cluster from outside, if not through the client of its API',
    ),
    forbid(
      ['bench/**'],
      [
        '**/test/**',
        '!**/test/support/**',
        '**/rig/**',
        '!**/rig/servers/**',
        '!**/rig/run-command.ts',
        '!**/rig/wait-for.ts',
        '**/loadtest/**',
        '!**/loadtest/driver/**',
        '!**/loadtest/report/**',
      ],
      'bench measures: it may use what brings up servers, and the driver of the load test',
    ),
    forbid(
      ['loadtest/**'],
      [
        '**/src/**',
        ...COMMAND_LINE,
        '!**/src/wire/**',
        '!**/src/client/**',
        '!**/src/schema/**',
        '**/test/**',
        '**/bench/**',
        '**/demo/**',
        '**/simulation/**',
      ],
      'a load test sees the service from outside, through what clients share',
    ),
    forbid(
      ['loadtest/driver/**'],
      [
        '**/src/**',
        '!**/src/wire/**',
        '!**/src/client/**',
        '../*/**',
        '!../../**',
        '**/rig/**',
        '!**/rig/servers/ends-with-parent.ts',
      ],
      'the driver makes the load: it knows no scenario, no target and no report',
    ),
    forbid(
      ['demo/**'],
      ['**/src/**', '**/test/**', '!**/test/support/**', '**/rig/**', '!**/rig/servers/**'],
      'a demo uses the service from outside, and what brings up servers',
    ),
    forbid(
      ['simulation/**'],
      [
        '**/src/**',
        ...COMMAND_LINE,
        '!**/src/controller/{plan,fleet,objects}/**',
        '!**/src/schema/**',
        '!**/src/config/kinds/**',
        '**/test/**',
        '**/rig/**',
      ],
      'a simulation runs the pure parts of the controller, and does no I/O with a cluster',
    ),
  ],
})

/** A rule for each depth of subfolders: what leads out differs. */
function restrictImports({ folder, imports, packages = [], runsAnywhere, reason }: Layer) {
  const modules = runsAnywhere === true ? packages : [...packages, 'node:*', 'node:*/**']
  const below = imports.map((path) => (path.endsWith('/') ? `${path}**` : path))
  return [
    restrict(
      [`src/${folder}/*.ts`],
      ['./**', ...below.map((path) => `../${path}`), ...modules],
      reason,
    ),
    restrict(
      [`src/${folder}/*/*.ts`],
      ['./**', '../*', '../*/*', '../*/*/*', ...below.map((path) => `../../${path}`), ...modules],
      reason,
    ),
    restrict(
      [`src/${folder}/*/*/*.ts`],
      [
        './*',
        '../*',
        '../*/*',
        '../../*',
        '../../*/*',
        ...below.map((path) => `../../../${path}`),
        ...modules,
      ],
      reason,
    ),
  ]
}

/** Only these imports are let through, as patterns of gitignore. */
function restrict(files: string[], allowed: readonly string[], message: string): OxlintOverride {
  const group = ['*', ...allowed.map((path) => `!${path}`)]
  return {
    files,
    excludeFiles: UNIT_TESTS,
    rules: { 'no-restricted-imports': ['error', { patterns: [{ group, message }] }] },
  }
}

/** All imports are let through but these. */
function forbid(files: string[], group: string[], message: string): OxlintOverride {
  return {
    files,
    rules: { 'no-restricted-imports': ['error', { patterns: [{ group, message }] }] },
  }
}
