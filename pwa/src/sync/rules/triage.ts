// Reads the book's triage table over the facts of one matter and proposes a track. A person decides; this never does.
import { has } from '../op'
import { categoryOf, URGENCIES, type Book, type Condition, type Facts, type FactValue, type Rule } from './book'

export const JOINED_ZH = '；'
export const JOINED_EN = '; '

/** What the book proposes, with everything a person needs to agree or to overrule it. Travels inside an op. */
export type Proposal = {
  readonly track: string
  /** The row that settled the track: the first that raised it, if raising changed it. */
  readonly rule: string
  /** The reasons of all rows in `fired`, in their order. */
  readonly reason_zh: string
  readonly reason_en: string
  readonly urgency: string
  readonly flags: readonly string[]
  readonly next: string
  /** What to do now, one line for each row in `fired` that says something. */
  readonly steps_zh: string
  readonly steps_en: string
  /** The rows that had an effect: flags and raisings, and the one that gave the track. */
  readonly fired: readonly string[]
  readonly book: string
}

/** A condition that did not hold, and what was known instead (null: nobody stated it). */
export interface Failed {
  readonly condition: Condition
  readonly value: FactValue | null
}

export type Outcome = 'gave_track' | 'flagged' | 'not_met' | 'outranked' | 'forbidden' | 'not_read'

/**
 * How one row was read: its outcome, and for a row that did not hold, the first failure of each alternative.
 *
 * Outcomes: `gave_track`, `flagged`, `not_met`; `outranked` (held, but another row gave the track), `forbidden`
 * (an overriding row that one of its `unless` forbids), `not_read` (a stop rule ended the reading before it).
 */
export interface Step {
  readonly rule: string
  readonly outcome: Outcome
  readonly failed: readonly Failed[]
}

interface Reading {
  readonly held: readonly Rule[]
  readonly by: Rule
  readonly facts: Facts
}

/** The track the book proposes for these facts. The book's last row holds always, so there is always one. */
export function propose(book: Book, facts: Facts): Proposal {
  const reading = read(book, facts)
  const by = reading.by
  const fired = reading.held.filter((rule) => rule === by || !fixes(rule))
  const raising = fired.filter((rule) => rule.raises)
  const track = trackOf(by, reading.facts)
  const raised = track === 'solved_in_grid' ? raising[0] : undefined
  const flags = [...fired.flatMap((rule) => rule.flags), ...(raising.length > 0 ? ['raised'] : [])]
  return {
    track: raised === undefined ? track : 'escalate_to_town',
    rule: (raised ?? by).id,
    reason_zh: fired.map((rule) => rule.reason_zh).join(JOINED_ZH),
    reason_en: fired.map((rule) => rule.reason_en).join(JOINED_EN),
    urgency: mostPressing(book, fired, facts),
    flags: [...new Set(flags)],
    next: by.next,
    steps_zh: lines(fired.map((rule) => rule.steps_zh)),
    steps_en: lines(fired.map((rule) => rule.steps_en)),
    fired: fired.map((rule) => rule.id),
    book: book.version,
  }
}

/** How every row of the table was read for these facts, in the table's order. */
export function explain(book: Book, facts: Facts): Step[] {
  const reading = read(book, facts)
  let stopped = false
  return book.triage.map((rule) => {
    const failed = stopped ? [] : failures(rule, reading.facts)
    const outcome = stopped ? 'not_read' : outcomeOf(rule, reading, failed.length > 0)
    stopped ||= rule.stop && failed.length === 0
    return { rule: rule.id, outcome, failed }
  })
}

/** Whether a condition holds. A fact of another type than the test asks for is as good as unknown. */
export function holds(condition: Condition, facts: Facts): boolean {
  const value = stated(facts, condition.fact)
  if (condition.is !== undefined) return value === condition.is
  if (condition.is_not !== undefined) return value !== condition.is_not
  if (condition.in !== undefined) return typeof value === 'string' && condition.in.includes(value)
  if (condition.has !== undefined) return isTexts(value) && value.includes(condition.has)
  if (condition.at_least !== undefined) return isWhole(value) && value >= condition.at_least
  if (condition.at_most !== undefined) return isWhole(value) && value <= condition.at_most
  return isSet(value) === (condition.set === true)
}

function read(book: Book, given: Facts): Reading {
  const facts = withCategory(book, given)
  const held: Rule[] = []
  for (const rule of book.triage) {
    if (failures(rule, facts).length > 0) continue
    held.push(rule)
    if (rule.stop) break
  }
  return { held, by: giver(held), facts }
}

/** The row whose track counts: a stop rule, else one that overrides and may, else the first that proposes one. */
function giver(held: readonly Rule[]): Rule {
  const stopped = held.find((rule) => rule.stop)
  const overriding = held.find((rule) => rule.overrides && !forbidden(rule, held))
  const by = stopped ?? overriding ?? held.find((rule) => fixes(rule) && !rule.overrides)
  if (by === undefined) throw new Error('the book has no row that holds always')
  return by
}

function forbidden(rule: Rule, held: readonly Rule[]): boolean {
  return held.some((other) => rule.unless.includes(other.id))
}

function outcomeOf(rule: Rule, reading: Reading, failed: boolean): Outcome {
  if (failed) return 'not_met'
  if (rule === reading.by) return 'gave_track'
  if (!fixes(rule)) return 'flagged'
  return rule.overrides && forbidden(rule, reading.held) ? 'forbidden' : 'outranked'
}

/** The first failing condition of each alternative; empty when the rule holds. */
function failures(rule: Rule, facts: Facts): Failed[] {
  const failed: Failed[] = []
  for (const alternative of rule.any) {
    const first = alternative.find((condition) => !holds(condition, facts))
    if (first === undefined) return []
    failed.push({ condition: first, value: stated(facts, first.fact) ?? null })
  }
  return failed
}

/** The facts with what the book knows of their category; derived facts cannot be stated from outside. */
function withCategory(book: Book, facts: Facts): Facts {
  const known = Object.entries(facts).filter(([name]) => name !== 'category_track' && name !== 'category_parties')
  const code = stated(facts, 'category')
  const leaf = typeof code === 'string' ? categoryOf(book, code) : undefined
  if (leaf !== undefined && leaf.track !== '') {
    known.push(['category_track', leaf.track], ['category_parties', leaf.parties])
  }
  return Object.fromEntries(known)
}

/** The row's track; a row that takes it from a fact nobody stated sends the matter to the town. */
function trackOf(rule: Rule, facts: Facts): string {
  if (rule.track !== '') return rule.track
  const value = stated(facts, rule.track_from === 'wish' ? 'wish' : 'category_track')
  return typeof value === 'string' && value !== '' ? value : 'escalate_to_town'
}

function mostPressing(book: Book, fired: readonly Rule[], facts: Facts): string {
  const code = stated(facts, 'category')
  const leaf = typeof code === 'string' ? categoryOf(book, code) : undefined
  const named = [...fired.map((rule) => rule.urgency), leaf?.urgency ?? '']
  return URGENCIES[Math.max(0, ...named.map((urgency) => (URGENCIES as readonly string[]).indexOf(urgency)))] ?? 'normal'
}

/** Whether the row proposes a track, rather than only adding flags. */
function fixes(rule: Rule): boolean {
  return rule.track !== '' || rule.track_from !== ''
}

function stated(facts: Facts, name: string): FactValue | undefined {
  return has(facts, name) ? facts[name] : undefined
}

function lines(said: readonly string[]): string {
  return said.filter((one) => one !== '').join('\n')
}

function isTexts(value: FactValue | undefined): value is readonly string[] {
  return Array.isArray(value)
}

function isWhole(value: FactValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value)
}

function isSet(value: FactValue | undefined): boolean {
  return value !== undefined && value !== '' && !(isTexts(value) && value.length === 0)
}
