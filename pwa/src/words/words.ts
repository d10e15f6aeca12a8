// Picks the language and fills the blanks of a sentence; the sentences themselves stand in zh.ts and en.ts.
import { computed, shallowRef } from 'vue'
import { zh } from './zh'
import type { later } from './zh/later'

/** What is written in Chinese decides which keys and blanks there are. */
type Written = typeof zh & typeof later

export type Lang = 'zh' | 'en'
export type Key = keyof Written
export type Sentences = Readonly<Record<Key, string>>

/** The names between braces in a sentence: `{n}` and `{who}` make `'n' | 'who'`. */
type Blanks<S extends string> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Blanks<Rest> : never
type Fill<K extends Key> = [Blanks<Written[K]>] extends [never]
  ? []
  : [blanks: Readonly<Record<Blanks<Written[K]>, string | number>>]

type Known = Readonly<Partial<Sentences>>

// The one value of its kind in the whole app: a screen speaks one language at a time.
const spoken = shallowRef<{ readonly lang: Lang; sentences: Known }>({ lang: 'zh', sentences: zh })

/** The language on the screen now. */
export const lang = computed<Lang>(() => spoken.value.lang)

/** Changes the language. English is fetched when first asked for; when it cannot be, the old language stays and this rejects. */
export async function speak(next: Lang): Promise<void> {
  const english = next === 'en' ? (await import('./en')).en : undefined
  spoken.value = { lang: next, sentences: english ?? chinese }
}

let chinese: Known = zh

/** Fetches the Chinese sentences of the later pages; once is enough. Rejects when they cannot be fetched. */
export async function learnLater(): Promise<void> {
  if (chinese !== zh) return
  const { later } = await import('./zh/later')
  chinese = { ...zh, ...later }
  // Put in, and told to nobody: what stands on the screen says none of these, and need not be rendered again.
  if (lang.value === 'zh') spoken.value.sentences = chinese
}

/** The sentence for a key, its blanks filled; a key whose Chinese sentence has blanks asks for exactly those. */
export function t<K extends Key>(key: K, ...[blanks]: Fill<K>): string {
  return fill(spoken.value.sentences[key] ?? key, blanks ?? {})
}

const BLANK = /\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g

/** `{n}` becomes the value; `{n|letter|letters}` becomes the first word when n is 1, else the second. Unknown blanks stay as written. */
export function fill(sentence: string, blanks: Readonly<Record<string, string | number>>): string {
  return sentence.replace(BLANK, (whole: string, name: string, one?: string, many?: string) => {
    const value = blanks[name]
    if (value === undefined) return whole
    if (one === undefined || many === undefined) return String(value)
    return value === 1 ? one : many
  })
}
