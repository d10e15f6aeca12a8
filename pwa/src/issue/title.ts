// A title made of the resident's own words, so that nobody types a thing twice.
import { cut, lengthOf } from './values'

const LEAST = 4
const ROOM = 24

/** The first clause that says enough, cut at a comma when long; "" when the words are too few for a title. */
export function titleFrom(words: string): string {
  const sentence = words.split(/[。！？；\n!?;]/u).find((one) => lengthOf(one.trim()) >= LEAST)?.trim() ?? ''
  if (lengthOf(sentence) <= ROOM) return sentence
  const clauses = cut(sentence, ROOM).split(/[，,、]/u)
  const whole = clauses.slice(0, -1).join('，')
  return lengthOf(whole) >= LEAST ? whole : cut(sentence, ROOM)
}
