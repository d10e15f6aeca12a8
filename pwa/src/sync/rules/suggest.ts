// What a text's own words suggest: categories, dangers worth asking about, facts it states plainly. A person confirms.
import type { Book, FactValue, Pattern } from './book'

const DIGITS: ReadonlyMap<string, number> = new Map(
  Array.from('0123456789０１２３４５６７８９').map((sign, value): [string, number] => [sign, value % 10]),
)
const NUMERALS: ReadonlyMap<string, number> = new Map(
  Object.entries({ 零: 0, 〇: 0, 一: 1, 二: 2, 两: 2, 三: 3, 四: 4, 五: 5, 六: 6, 七: 7, 八: 8, 九: 9 }),
)
const TIMES: ReadonlyMap<string, number> = new Map(
  Object.entries({ 十: 10, 百: 100, 千: 1000, 万: 10_000, 亿: 100_000_000 }),
)
/** May stand between a number and its unit. */
const ABOUT = ['多', '余', '几', '来']
/** Before a number they make it vague, or a rank. */
const NOT_AFTER = ['几', '数', '第']
const MAX_DIGITS = 8
/** Larger results are taken for something else than an amount; both languages compute exactly up to here. */
const MAX_NUMBER = 10_000_000_000_000
const TOO_LARGE = MAX_NUMBER + 1

/** A category and how strongly the text's words speak for it. Scores compare within one text only. */
export interface Suggestion {
  readonly category: string
  readonly score: number
}

/** A danger to ask about, and the word that raised it. */
export interface Hint {
  readonly kind: string
  readonly word: string
}

/** `digits` / 10^`decimals` × `times`, standing at [start, end) of the text. */
interface Numeral {
  readonly digits: number
  readonly decimals: number
  readonly times: number
  readonly start: number
  readonly end: number
}

/** A text as its code points, so that a place in it means the same in both languages. */
type Signs = readonly string[]

/**
 * Categories for a text, strongest first, equal ones by code.
 *
 * Read from the left, the longest known word at each place; a word counts once, three times in the title (first line).
 */
export function suggest(book: Book, text: string): Suggestion[] {
  const words = byFirstSign(book)
  const whole = plain(text)
  const end = whole.indexOf('\n')
  const inTitle = found(words, end < 0 ? whole : whole.slice(0, end))
  const inRest = found(words, end < 0 ? '' : whole.slice(end + 1))
  const scores = new Map<string, number>()
  for (const row of book.suggest) {
    const times = (word: string): number => (inTitle.has(word) ? 3 : inRest.has(word) ? 1 : 0)
    const count = row.words.reduce((sum, word) => sum + times(word), 0)
    if (count > 0) scores.set(row.category, (scores.get(row.category) ?? 0) + row.weight * count)
  }
  const all = [...scores].map(([category, score]) => ({ category, score }))
  return all.sort((one, other) => other.score - one.score || (one.category < other.category ? -1 : 1))
}

/** The dangers that a word of the text makes worth asking about, in the book's order. No hint clears no danger. */
export function dangerHints(book: Book, text: string): Hint[] {
  const said = plain(text)
  const hints: Hint[] = []
  for (const row of book.danger_words) {
    const word = row.words.find((one) => said.includes(one))
    if (word !== undefined && hints.every((hint) => hint.kind !== row.kind)) hints.push({ kind: row.kind, word })
  }
  return hints
}

/** The facts a text states in so many words: the largest number of a kind, for the rest the book's first match. */
export function factsFromText(book: Book, text: string): Record<string, FactValue> {
  const said = plain(text)
  const signs = Array.from(said)
  const all = numbers(signs)
  const facts = new Map<string, FactValue>()
  for (const pattern of book.patterns) {
    const value = stated(pattern, said, signs, all)
    const known = facts.get(pattern.fact)
    const larger = typeof known === 'number' && typeof value === 'number' && value > known
    if (value !== undefined && (known === undefined || larger)) facts.set(pattern.fact, value)
  }
  return Object.fromEntries(facts)
}

/** Only ASCII capitals are folded: beyond them the two languages' tables may differ. */
function plain(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/** The book's words by their first sign, the longest first. */
function byFirstSign(book: Book): ReadonlyMap<string, readonly Signs[]> {
  const words = new Map<string, Signs[]>()
  for (const word of book.suggest.flatMap((row) => row.words)) {
    const signs = Array.from(word)
    const first = signs[0] ?? ''
    const known = words.get(first)
    if (known === undefined) words.set(first, [signs])
    else known.push(signs)
  }
  for (const known of words.values()) known.sort((one, other) => other.length - one.length)
  return words
}

function found(words: ReadonlyMap<string, readonly Signs[]>, text: string): ReadonlySet<string> {
  const signs = Array.from(text)
  const all = new Set<string>()
  let at = 0
  while (at < signs.length) {
    const place = at
    const word = words.get(signs[at] ?? '')?.find((one) => startsAt(signs, place, one))
    if (word !== undefined) all.add(word.join(''))
    at += word?.length ?? 1
  }
  return all
}

function startsAt(signs: Signs, at: number, word: Signs): boolean {
  return word.every((sign, i) => signs[at + i] === sign)
}

function stated(pattern: Pattern, text: string, signs: Signs, all: readonly Numeral[]): FactValue | undefined {
  if (pattern.words.some((word) => text.includes(word))) return pattern.value
  const values = all
    .filter((number) => counts(pattern, signs, number))
    .map((number) => valueOf(number, pattern.times))
    .filter((value) => within(pattern, value))
  return values.length > 0 ? Math.max(...values) : undefined
}

function within(pattern: Pattern, value: number): boolean {
  return value <= MAX_NUMBER && (pattern.at_most === 0 || value <= pattern.at_most)
}

/** Whether the number stands before one of the pattern's units, in the surroundings the pattern asks for. */
function counts(pattern: Pattern, signs: Signs, number: Numeral): boolean {
  const at = number.end + (ABOUT.includes(signs[number.end] ?? '') ? 1 : 0)
  const unit = pattern.units.map((one) => Array.from(one)).find((one) => startsAt(signs, at, one))
  if (unit === undefined) return false
  if (pattern.before.length === 0 && pattern.after.length === 0) return true
  const led = pattern.before.map((one) => Array.from(one)).some((one) => endsAt(signs, number.start, one))
  return led || pattern.after.some((one) => startsAt(signs, at + unit.length, Array.from(one)))
}

function endsAt(signs: Signs, at: number, word: Signs): boolean {
  return word.length <= at && startsAt(signs, at - word.length, word)
}

function valueOf(number: Numeral, times: number): number {
  const whole = number.digits * number.times * times
  const parts = 10 ** number.decimals
  return (whole - (whole % parts)) / parts
}

function numbers(signs: Signs): Numeral[] {
  const all: Numeral[] = []
  let at = 0
  while (at < signs.length) {
    const number = DIGITS.has(signs[at] ?? '') ? digitsAt(signs, at) : numeralsAt(signs, at)
    if (number !== undefined && !NOT_AFTER.includes(signs[at - 1] ?? '')) all.push(number)
    at = number?.end ?? at + 1
  }
  return all
}

/** A number in digits, with decimals and with 万 or the like behind it. */
function digitsAt(signs: Signs, start: number): Numeral {
  let at = start
  let written = ''
  let decimals = 0
  const take = (): boolean => {
    const digit = DIGITS.get(signs[at] ?? '')
    if (digit === undefined) return false
    written += String(digit)
    at += 1
    return true
  }
  while (take());
  if (signs[at] === '.' && DIGITS.has(signs[at + 1] ?? '')) {
    at += 1
    while (take()) decimals += 1
  }
  let times = 1
  for (let more = TIMES.get(signs[at] ?? ''); times < 10_000 && more !== undefined; more = TIMES.get(signs[at] ?? '')) {
    times *= more
    at += 1
  }
  if (written.length > MAX_DIGITS) return { digits: TOO_LARGE, decimals: 0, times: 1, start, end: at }
  return { digits: Number(written), decimals, times, start, end: at }
}

/** A number in Chinese numerals: 三, 十二, 两百, 七万五千. */
function numeralsAt(signs: Signs, start: number): Numeral | undefined {
  const first = signs[start] ?? ''
  if (!NUMERALS.has(first) && first !== '十') return undefined
  let total = 0
  let section = 0
  let digit = 0
  let at = start
  for (; at < signs.length; at += 1) {
    const sign = signs[at] ?? ''
    const numeral = NUMERALS.get(sign)
    const times = TIMES.get(sign)
    if (numeral !== undefined) digit = numeral
    else if (times === undefined) break
    else if (times < 10_000) {
      section += (digit === 0 ? 1 : digit) * times
      digit = 0
    } else {
      total = (total + section + digit) * times
      section = 0
      digit = 0
    }
  }
  return { digits: Math.min(total + section + digit, TOO_LARGE), decimals: 0, times: 1, start, end: at }
}
