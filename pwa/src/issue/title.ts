// A title made of the resident's own words, so that nobody types a thing twice.
import { cut, lengthOf } from './values'

const LEAST = 4
const ROOM = 24
/** How letters begin: to whom, and a good day. It says nothing of the matter. */
const GREETING = /^\s*(?:尊敬的[^，。：:\n]{0,15}[，：:]\s*)?(?:[^，。：:！!？?\n]{0,12}(?:您好|你好|你们好)[，,。：:！!\s]*)?/u

/** The first clause that says enough, cut at a comma when long; "" when the words are too few for a title. */
export function titleFrom(words: string): string {
  const sentence = words.replace(GREETING, '').split(/[。！？；\n!?;]/u).find((one) => lengthOf(one.trim()) >= LEAST)?.trim() ?? ''
  if (lengthOf(sentence) <= ROOM) return sentence
  const clauses = cut(sentence, ROOM).split(/[，,、]/u)
  const whole = clauses.slice(0, -1).join('，')
  return lengthOf(whole) >= LEAST ? whole : cut(sentence, ROOM)
}
