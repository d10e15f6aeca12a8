// Has the build pack the phone's words, so that the keys both languages share are sent once. How they lie is in src/words/packed.ts.
import { fileURLToPath } from 'node:url'
import { runnerImport, type Plugin } from 'vite'
import { packKeys, packSentences } from './src/words/packed.ts'

type Words = Readonly<Record<string, string>>

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** The modules by whose keys words are packed. */
const ORDERS = ['zh', 'zh/later', 'zh/consult'] as const
type Order = (typeof ORDERS)[number]

/** What each module exports, and in whose orders its words lie. */
const MODULES: Readonly<Record<string, { name: string; orders: readonly Order[] }>> = {
  'zh': { name: 'zh', orders: ['zh'] },
  'zh/later': { name: 'later', orders: ['zh/later'] },
  'zh/consult': { name: 'consult', orders: ['zh/consult'] },
  'en': { name: 'en', orders: ['zh', 'zh/later'] },
  'en/consult': { name: 'consult', orders: ['zh/consult'] },
}
const KEYS = 'virtual:keys/'

const read = new Map<string, Promise<Words>>()

async function readWords(module: string): Promise<Words> {
  const { module: exported } = await runnerImport<Record<string, Words>>(here(`src/words/${module}.ts`), { configFile: false, logLevel: 'error' })
  return exported[MODULES[module]?.name ?? ''] ?? {}
}

async function wordsOf(module: string): Promise<Words> {
  const words = read.get(module) ?? readWords(module)
  read.set(module, words)
  return await words
}

async function code(module: string, { name, orders }: { name: string; orders: readonly Order[] }): Promise<string> {
  const words = await wordsOf(module)
  const texts = await Promise.all(orders.map(async (order) => JSON.stringify(packSentences(words, await wordsOf(order)))))
  return [
    `import { unpack } from '${here('src/words/packed.ts')}'`,
    ...orders.map((order, at) => `import keys${at} from '${KEYS}${order}'`),
    `export const ${name} = { ${texts.map((text, at) => `...unpack(keys${at}, ${text})`).join(', ')} }`,
  ].join('\n')
}

export function packWords(): Plugin {
  return {
    name: 'pack-words',
    apply: 'build',
    resolveId: (id) => (id.startsWith(KEYS) ? id : undefined),
    async load(id) {
      const order = ORDERS.find((one) => id === KEYS + one)
      if (order !== undefined) return `export default ${JSON.stringify(packKeys(await wordsOf(order)))}`
      const found = Object.entries(MODULES).find(([module]) => id === here(`src/words/${module}.ts`))
      return found === undefined ? undefined : await code(...found)
    },
  }
}
