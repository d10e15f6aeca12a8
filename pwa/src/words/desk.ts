// The desk's own sentences, apart from the phone's so that a phone need not carry them. How blanks are filled is in words.ts.
import { shallowRef, watch } from 'vue'
import { fill, lang } from './words'
import { desk as zh } from './zh/desk'

export type DeskKey = keyof typeof zh
export type DeskSentences = Readonly<Record<DeskKey, string>>

type Blanks<S extends string> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Blanks<Rest> : never
type Fill<K extends DeskKey> = [Blanks<(typeof zh)[K]>] extends [never]
  ? []
  : [blanks: Readonly<Record<Blanks<(typeof zh)[K]>, string | number>>]

/** Keys of sentences without blanks: what a table of codes may hold. */
export type PlainDeskKey = { [K in DeskKey]: [Blanks<(typeof zh)[K]>] extends [never] ? K : never }[DeskKey]

const english = shallowRef<DeskSentences>()
watch(lang, async (now) => {
  if (now === 'en') english.value ??= (await import('./en/desk')).desk
}, { immediate: true })

/** The desk's sentence for a key, its blanks filled; Chinese until the English ones have come. */
export function d<K extends DeskKey>(key: K, ...[blanks]: Fill<K>): string {
  const sentences: DeskSentences = lang.value === 'en' ? (english.value ?? zh) : zh
  return fill(sentences[key], blanks ?? {})
}
