// The lint rules of pwa/walls.js really stop what they name, and let through what they should. The code itself is judged by `make check`.
import { Linter } from 'eslint'
import typescript from 'typescript-eslint'
import { expect, test } from 'vitest'
import { walls } from '../../pwa/walls.js'

const config: Linter.Config[] = [
  {
    files: ['**/*.ts'],
    languageOptions: { parser: typescript.parser },
    plugins: { '@typescript-eslint': typescript.plugin },
  },
  ...walls,
]

const complaints = (file: string, code: string): string[] =>
  new Linter().verify(code, config, { filename: `pwa/src/${file}` }).map((found) => found.message)

test.each([
  ['today/Today.ts', "import { shelf } from '../device/shelf'"],
  ['issue/form.ts', "import { fold } from '../sync/fold'"],
  ['issue/form.ts', "import { admit } from '../sync/admit'"],
  ['waiting/list.ts', "import { openDB } from 'idb'"],
  ['visit/form.ts', "void fetch('/exchange')"],
  ['visit/form.ts', "void window.fetch('/exchange')"],
  ['parts/Photo.ts', "localStorage.setItem('a', 'b')"],
  ['subjects.ts', "indexedDB.deleteDatabase('shelf')"],
  ['subjects.ts', "void navigator.locks.request('outbox', () => null)"],
  ['device/exchange.ts', "import { list } from '../subjects'"],
  ['device/exchange.ts', "import { ref } from 'vue'"],
  ['sync/fold.ts', "import { propose } from './rules/triage'"],
  ['sync/admit.ts', "import type { Book } from './rules/book'"],
  ['sync/subjects/issue.ts', "import { propose } from '../rules/triage'"],
  ['sync/op.ts', "import { ref } from 'vue'"],
  ['sync/op.ts', "import { t } from '../words/words'"],
  ['sync/rules/triage.ts', "import { t } from '../../words/words'"],
  ['sync/clock.ts', 'export const now = Date.now()'],
  ['sync/clock.ts', 'export const now = new Date()'],
  ['sync/clock.ts', 'export const chance = Math.random()'],
  ['sync/subjects/issue.ts', "export const text = await fetch('/book')"],
])('%s may not say: %s', (file, code) => {
  expect(complaints(file, code)).toHaveLength(1)
})

test.each([
  ['issue/form.ts', "import { register } from '../subjects'"],
  ['issue/form.ts', "import type { Issue } from '../sync/subjects/issue'"],
  ['issue/form.ts', "import type { Verdict } from '../sync/wire'"],
  ['issue/form.ts', "import Card from '../parts/Card.vue'"],
  ['subjects.ts', "import { outbox } from './device/outbox'; import { fold } from './sync/fold'"],
  ['device/shelf.ts', "import { openDB } from 'idb'; import type { Op } from '../sync/op'; void fetch('/exchange')"],
  ['sync/op.ts', "import { sha256 } from '@noble/hashes/sha2.js'; import { tick } from './clock'"],
  ['sync/law.ts', "import issue from '../../../sync/tables/issue.json'"],
  ['sync/subjects/issue.ts', "import issue from '../../../../sync/tables/issue.json'; import { Op } from '../op'"],
  ['sync/rules/triage.ts', "import type { Book } from './book'"],
  ['sync/clock.ts', 'export const day = (ms: number): Date => new Date(ms)'],
])('%s may say: %s', (file, code) => {
  expect(complaints(file, code)).toEqual([])
})
