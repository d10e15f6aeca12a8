// A value of a consultation, mediation or promise in words, whatever its type: lists line by line, codes by their names.
import { yuan } from '../issue/fields'
import { isList, isMap } from '../issue/values'
import type { Json } from '../subjects'
import { c, codeWord } from '../words/consult'
import { dayTime, isoInWords } from '../words/days'

export function inWords(name: string, value: Json): string {
  if (typeof value === 'boolean') return c(value ? 'c.yes' : 'c.no')
  if (typeof value === 'number') return name.endsWith('_ms') ? dayTime(value) : name.endsWith('_fen') ? yuan(value) : String(value)
  if (typeof value === 'string') return textInWords(name, value)
  if (isList(value)) return value.map((one) => inWords(name, one)).filter(Boolean).join('\n')
  return isMap(value) ? Object.entries(value).map(([part, one]) => (part === 'hash' || part === 'signature' ? '✓' : inWords(part, one))).join(' · ') : ''
}

function textInWords(name: string, value: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return isoInWords(value)
  const word = codeWord(name, value)
  return word === `c.${name}.${value}` ? value : word
}
