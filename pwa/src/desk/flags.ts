// The book's flags in its own words; a flag the book at hand does not know is shown as written.
import type { Book } from '../subjects_desk'
import { has } from '../sync/op'
import { lang } from '../words/words'

export function flagWord(book: Book | undefined, flag: string): string {
  const words = lang.value === 'zh' ? book?.words_zh : book?.words_en
  const key = `flag.${flag}`
  return words !== undefined && has(words, key) ? (words[key] ?? flag) : flag
}
