// The words of consultations, mediations and promises, apart from the others so that only their pages carry them.
import { shallowRef, watch } from 'vue'
import { fill, lang } from './words'
import { consult as zh } from './zh/consult'

const english = shallowRef<Readonly<Record<string, string>>>()
watch(lang, async (now) => {
  if (now === 'en') english.value ??= (await import('./en/consult')).consult
}, { immediate: true })

type Sentences = Readonly<Record<string, string>>
const own = shallowRef<{ readonly zh: Sentences; readonly en: Sentences }>({ zh: {}, en: {} })
/** What one app alone says, so that the other need not carry it. */
export function alsoSay(inChinese: Sentences, inEnglish: Sentences): void {
  own.value = { zh: inChinese, en: inEnglish }
}

/** The sentence for a key, its blanks filled; the key itself when there is none. */
export function c(key: string, blanks: Readonly<Record<string, string | number>> = {}): string {
  const sentences = lang.value === 'en' ? (english.value ?? zh) : zh
  return fill(sentences[key] ?? own.value[lang.value][key] ?? key, blanks)
}

/** The first of these keys that has a sentence: what is special before what is general. */
export function firstOf(...keys: readonly string[]): string {
  return c(keys.find((key) => key in zh || key in own.value.zh) ?? keys[0] ?? '')
}

/** What a field is called, and what one of its codes is. */
export const fieldWord = (name: string): string => c(`f.${name}`)
/** What a field is called where it is read, not asked for. */
export const readWord = (name: string): string => firstOf(`r.${name}`, `f.${name}`)
export const codeWord = (field: string, code: string): string => firstOf(`c.${field}.${code}`, `c.${code}`)
export const stageWord = (kind: string, stage: string): string => firstOf(`stage.${kind}.${stage}`, `stage.${stage}`)
