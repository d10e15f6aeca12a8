// Which folder of src may know which: the arrows of the design as lint rules. How code is written otherwise is in eslint.config.js.

const PAGES = ['today', 'mailbox', 'visit', 'issue', 'mediate', 'consult', 'desk', 'waiting', 'enter', 'parts']

const onDevice = 'only src/device touches the phone and the network; ask src/subjects.ts'

/** The parts of the browser that belong to src/device. */
const WORLD = [
  'indexedDB',
  'fetch',
  'localStorage',
  'sessionStorage',
  'caches',
  'XMLHttpRequest',
  'WebSocket',
  'EventSource',
  'BroadcastChannel',
]

const WINDOWS = ['window', 'globalThis', 'self']

/** What a pure core must be told instead of looking up. */
const OUTSIDE_THE_CORE = [
  ...WORLD,
  'window',
  'document',
  'navigator',
  'location',
  'performance',
  'crypto',
  'setTimeout',
  'setInterval',
  'queueMicrotask',
]

const worldThroughWindow = WINDOWS.flatMap((object) =>
  WORLD.map((property) => ({ object, property, message: onDevice })),
)

const idb = { group: ['idb', 'idb/*'], message: onDevice }
const device = { group: ['**/device', '**/device/**'], message: onDevice }
const core = {
  regex: String.raw`/sync/(fold|merge|admit|wire)(\.ts)?$`,
  allowTypeImports: true,
  message: 'pages reach the log only through src/subjects.ts',
}
const rules = { group: ['**/rules', '**/rules/**'], message: 'the core reads the law, never the book' }
const above = {
  regex: String.raw`^(?!.*/sync/)\.\.?/(?:.*/)?(?:${PAGES.join('|')}|subjects)(?:/|$)`,
  message: 'the device knows the core, not the pages',
}
const screen = { group: ['vue', 'vue-router', '*.vue'], message: 'the device shows nothing' }

/** A pattern that only `allowed` modules pass. */
const nothingBut = (/** @type {string[]} */ ...allowed) => ({
  regex: `^(?!(?:${allowed.join('|')})$)`,
  message: 'src/sync imports itself, the tables of the law and @noble/hashes, nothing else',
})

const coreOnly = nothingBut('@noble/hashes/.+', String.raw`\./.+`, String.raw`(?:\.\./){3}sync/tables/\w+\.json`)
const coreOnlyFromFolder = nothingBut(
  '@noble/hashes/.+',
  String.raw`\./.+`,
  String.raw`\.\./(?!\.\.).+`,
  String.raw`(?:\.\./){4}sync/tables/\w+\.json`,
)

/** @returns {import('eslint').Linter.RulesRecord} */
const imports = (/** @type {object[]} */ ...patterns) => ({
  '@typescript-eslint/no-restricted-imports': ['error', { patterns }],
})

/** @type {import('eslint').Linter.RulesRecord} */
const nothingOfTheWorld = {
  'no-restricted-globals': ['error', ...WORLD.map((name) => ({ name, message: onDevice }))],
  'no-restricted-properties': [
    'error',
    ...worldThroughWindow,
    { object: 'navigator', property: 'locks', message: onDevice },
    { object: 'navigator', property: 'serviceWorker', message: onDevice },
    { object: 'navigator', property: 'sendBeacon', message: onDevice },
  ],
}

const told = 'the core is told the time and brings no chance of its own'

/** @type {import('eslint').Linter.RulesRecord} */
const toldEverything = {
  'no-restricted-globals': ['error', ...OUTSIDE_THE_CORE.map((name) => ({ name, message: told }))],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: told },
    { object: 'Math', property: 'random', message: told },
    { object: 'Math', property: 'round', message: 'the two languages round halves differently; the core does not round' },
    { property: 'localeCompare', message: 'order by stamps or code points: languages of phones differ' },
  ],
  'no-restricted-syntax': [
    'error',
    { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: told },
    { selector: "CallExpression[callee.name='Date']", message: told },
  ],
}

/**
 * Later entries replace earlier ones for the files they name, so each says all that holds there.
 * @type {import('eslint').Linter.Config[]}
 */
export const walls = [
  {
    name: 'walls/everywhere',
    files: ['**/src/**/*.ts', '**/src/**/*.vue'],
    rules: { ...imports(idb), ...nothingOfTheWorld },
  },
  {
    name: 'walls/pages',
    files: PAGES.flatMap((page) => [`**/src/${page}/**/*.ts`, `**/src/${page}/**/*.vue`]),
    rules: imports(idb, device, core),
  },
  {
    name: 'walls/device',
    files: ['**/src/device/**/*.ts'],
    rules: { ...imports(above, screen), 'no-restricted-globals': 'off', 'no-restricted-properties': 'off' },
  },
  {
    name: 'walls/core',
    files: ['**/src/sync/*.ts'],
    rules: { ...imports(coreOnly, rules), ...toldEverything },
  },
  {
    name: 'walls/subjects',
    files: ['**/src/sync/subjects/*.ts'],
    rules: { ...imports(coreOnlyFromFolder, rules), ...toldEverything },
  },
  {
    name: 'walls/rules',
    files: ['**/src/sync/rules/*.ts'],
    rules: { ...imports(coreOnlyFromFolder), ...toldEverything },
  },
]
