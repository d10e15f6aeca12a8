// A value of a consultation, mediation or promise in words, whatever its type: lists line by line, codes by their names.
import { yuan } from '../issue/fields'
import { isList, isMap } from '../issue/values'
import type { Json } from '../subjects'
import { c, codeWord, readWord } from '../words/consult'
import { dayTime, isoInWords } from '../words/days'

export function inWords(name: string, value: Json): string {
  if (typeof value === 'boolean') return c(value ? 'c.yes' : 'c.no')
  if (typeof value === 'number') return name.endsWith('_ms') ? dayTime(value) : name.endsWith('_fen') ? yuan(value) : String(value)
  if (typeof value === 'string') return textInWords(name, value)
  if (isList(value)) return value.map((one) => inWords(name, one)).filter(Boolean).join('\n')
  return isMap(value) ? Object.entries(value).map(([part, one]) => partInWords(part, one)).join(' · ') : ''
}

/** A part beside others: what is only a number, or only yes or no, says of what. */
function partInWords(part: string, value: Json): string {
  if (part === 'hash' || part === 'signature') return '✓'
  const said = inWords(part, value)
  return typeof value === 'boolean' || (typeof value === 'number' && !/_(?:ms|fen)$/.test(part)) ? `${readWord(part)} ${said}` : said
}

function textInWords(name: string, value: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return isoInWords(value)
  const word = codeWord(name, value)
  return word === `c.${name}.${value}` ? value : word
}
