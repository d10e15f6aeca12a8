// The shape of the county's book as phones receive it, and the facts its rules may ask about. Reads nothing from the phone.
import factTable from '../../../../sync/tables/facts.json'

export type FactValue = boolean | number | string | readonly string[]
/** What is known of one matter. A fact that nobody stated is absent, and absent is never "no". */
export type Facts = Readonly<Record<string, FactValue>>

export const TRACKS = ['solved_in_grid', 'escalate_to_town', 'consult_mechanism'] as const
/** From the calmest to the most pressing. */
export const URGENCIES = ['normal', 'urgent', 'emergency'] as const
export const PARTIES = ['no', 'two', 'multi'] as const
/** What the town should do first: nothing special, tell the legal route, or join it to an earlier matter. */
export const NEXTS = ['', 'refer', 'join'] as const
export const DANGERS = ['life', 'violence', 'minor', 'crime'] as const

/** What a fact may hold: a type, for texts and lists the values allowed (none named: any), and its labels. */
export interface FactKind {
  readonly name: string
  readonly type: string
  readonly zh: string
  readonly en: string
  readonly values?: readonly string[]
  /** Computed from the book by the triage itself; nobody states it. */
  readonly derived?: boolean
}

/** By name. Asked for, not made at the start: the phone states facts and never names them. */
export function factKinds(): ReadonlyMap<string, FactKind> {
  return new Map(factTable.facts.map((fact): [string, FactKind] => [fact.name, fact]))
}

/** A domain (two digits; parent, track and units empty) or one of its leaves (four digits). */
export interface Category {
  readonly code: string
  readonly parent: string
  readonly zh: string
  readonly en: string
  readonly track: string
  /** Id of a unit of this book. */
  readonly lead_unit: string
  readonly co_units: readonly string[]
  readonly urgency: string
  readonly parties: string
}

/** One question about one fact; exactly one of the tests is given. Only `is_not` holds for a fact nobody stated. */
export interface Condition {
  readonly fact: string
  readonly is?: boolean | number | string
  readonly is_not?: boolean | number | string
  readonly in?: readonly string[]
  readonly has?: string
  readonly at_least?: number
  readonly at_most?: number
  readonly set?: boolean
}

/** One row of the triage table. It holds when every condition of any one of its alternatives holds. */
export interface Rule {
  readonly id: string
  readonly any: readonly (readonly Condition[])[]
  readonly reason_zh: string
  readonly reason_en: string
  /** It settles the track and the reading ends. */
  readonly stop: boolean
  /** Empty for a row that only adds flags. */
  readonly track: string
  /** Instead of `track`: "wish" or "category", the fact whose track it takes. */
  readonly track_from: string
  /** It replaces what an earlier row proposed … */
  readonly overrides: boolean
  /** … unless one of these rules holds. */
  readonly unless: readonly string[]
  /** One level up: what the grid would have done goes to the town. */
  readonly raises: boolean
  readonly next: string
  readonly urgency: string
  readonly flags: readonly string[]
  readonly steps_zh: string
  readonly steps_en: string
}

/** Words that speak for a category, and how strongly each of them does. */
export interface SuggestWords {
  readonly category: string
  readonly words: readonly string[]
  readonly weight: number
}

/** Words that make a danger worth asking about; their absence says nothing. */
export interface DangerWords {
  readonly kind: string
  readonly words: readonly string[]
}

/** A fact that a text may state plainly: by one of `words`, or by a number before one of `units`. */
export interface Pattern {
  readonly fact: string
  readonly words: readonly string[]
  /** What the words state. */
  readonly value: boolean | number | string
  readonly units: readonly string[]
  /** The number is multiplied by this (yuan to fen: 100). */
  readonly times: number
  /** A number counts only after one of `before` or with its unit followed by one of `after`; both empty: always. */
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** Larger numbers mean something else (years of the calendar); 0: no limit. */
  readonly at_most: number
}

/** An office, company or village body that can be made responsible, with its public phone ("" if none). */
export interface Unit {
  readonly id: string
  readonly zh: string
  readonly en: string
  readonly phone: string
}

/** The county's time limits in working days, and its office hours. See DESIGN: lights come from due and now. */
export interface Clocks {
  /** Taken out of the box → registered as an issue, or set aside with a reason. */
  readonly letter_days: number
  readonly assign_days: number
  readonly accept_days: number
  readonly answer_days: number
  readonly grid_days: number
  readonly consult_days: number
  readonly mediate_days: number
  readonly redo_days: number
  readonly confirm_days: number
  readonly outer_days: number
  readonly outer_more_days: number
  readonly quiet_days: number
  /** How late an op may arrive and still count from the time its phone can prove. */
  readonly grace_hours: number
  /** Yellow from this many working days before the due time. */
  readonly yellow_days: number
  /** The county's one zone, minutes east of UTC. */
  readonly zone_minutes: number
  /** HH:MM. */
  readonly office_from: string
  readonly office_to: string
}

/** What a court does not confirm, by its code in the law, and in which categories it is likely to come up. */
export interface NotConfirmed {
  readonly touches: string
  readonly categories: readonly string[]
}

/** The county's book, whole, as `GET /book` gives it. */
export interface Book {
  readonly version: string
  readonly categories: readonly Category[]
  readonly triage: readonly Rule[]
  readonly suggest: readonly SuggestWords[]
  readonly danger_words: readonly DangerWords[]
  readonly patterns: readonly Pattern[]
  readonly units: readonly Unit[]
  readonly clocks: Clocks
  /** Calendar days from an agreement's taking effect in which both sides may ask a court to confirm it. */
  readonly court_days: number
  readonly not_confirmed: readonly NotConfirmed[]
  readonly words_zh: Readonly<Record<string, string>>
  readonly words_en: Readonly<Record<string, string>>
}

/** The leaf or domain of this code, if the book has it: an old op may name a code that the book has retired. */
export function categoryOf(book: Book, code: string): Category | undefined {
  return book.categories.find((category) => category.code === code)
}
