// What a court says to an agreement of mediation: until when both sides may ask it together, and what it does not confirm and why.
import { textOf, textsOf } from '../issue/values'
import type { Book, Seen } from '../subjects'
import { dueIn } from '../sync/subjects/issue'
import { c, codeWord } from '../words/consult'
import { day } from '../words/days'
import { lang } from '../words/words'

/** Stages at which there is an agreement, or may still be one. */
const STAGES: readonly string[] = ['open', 'unsigned', 'agreed', 'performed']

export interface CourtSays {
  readonly lines: readonly string[]
  /** How the last day follows; "" where none is told. */
  readonly proof: string
}

/** What agreements on a matter of this category are likely to decide that no court confirms. */
export function touching(book: Book | undefined, category: string): readonly string[] {
  return (book?.not_confirmed ?? []).filter(({ categories }) => categories.includes(category)).map(({ touches }) => touches)
}

/** What is to be told of this mediation; `category` is its matter's. Nothing once the court was asked. */
export function courtSays(seen: Seen, book: Book | undefined, category: string, now_ms: number): CourtSays {
  const { stage } = seen.shape
  if (seen.shape.kind !== 'mediation' || !STAGES.includes(stage) || textOf(seen, 'applied_on') !== '') return { lines: [], proof: '' }
  const touches = textsOf(seen, 'touches')
  if (touches.length > 0) return { lines: [c('touches', { what: wordsOf(touches) })], proof: '' }
  const likely = touching(book, category)
  const due = dueIn(seen.shape, 'due_court')
  const until = due === undefined ? withoutClock(book) : c(due.due_ms < now_ms ? 'court.over' : 'court', { day: day(due.due_ms, now_ms) })
  const lines = [until, ...(likely.length > 0 ? [c('touching', { what: wordsOf(likely) })] : [])].filter(Boolean)
  return { lines, proof: (lang.value === 'zh' ? due?.proof_zh : due?.proof_en) ?? '' }
}

/** Before the server has reckoned the last day: within how many. */
export function withoutClock(book: Book | undefined): string {
  return book === undefined ? '' : c('court.days', { n: book.court_days })
}

export function wordsOf(touches: readonly string[]): string {
  return touches.map((one) => codeWord('touches', one)).join(lang.value === 'zh' ? '、' : ', ')
}
