// What the desk asks of records that may be the same, as the server tells it: pairs, the surest first.

/** One of a pair, as far as the asker may see it. */
export interface LikeSide {
  readonly subject: string
  readonly grid: string
  readonly grid_name: string
  readonly village: string
  readonly stage: string
  readonly number: string
  readonly title: string
  readonly words: string
  readonly place: string
  /** Masked. */
  readonly person: string
  readonly begun_ms: number
}

export type Aspect = 'words' | 'place' | 'person' | 'time'

export interface Pair {
  readonly kind: 'issue' | 'letter' | 'household'
  /** The record that was asked about the other one: "not the same" is said on it. */
  readonly on: string
  readonly rule: string
  readonly why_zh: string
  readonly why_en: string
  /** The grid worker has looked and says that they are. */
  readonly is_same: boolean
  readonly at_ms: number
  /** The older one first. */
  readonly sides: readonly [LikeSide, LikeSide]
  readonly likeness: {
    /** Of the aspects that both tell, whether they say the same there. */
    readonly aspects: Readonly<Partial<Record<Aspect, boolean>>>
    /** How much of the shorter wording the other one shares. */
    readonly percent: number
    readonly sure: 'very' | 'rather' | 'perhaps'
  }
  /** The one that would lead; "" when neither can be joined to the other as they stand. */
  readonly leads: string
}

/** Many matters of one category in one grid (类案), oldest first. */
export interface Kind {
  readonly grid: string
  readonly category: string
  readonly category_zh: string
  readonly category_en: string
  readonly days: number
  /** From how many different reporters. */
  readonly households: number
  readonly cases: readonly { readonly side: LikeSide; readonly part: 'leads' | 'may_join' | 'joined' | 'alone' | 'over' }[]
}

export interface Likes {
  readonly now_ms: number
  readonly pairs: readonly Pair[]
  readonly kinds: readonly Kind[]
}
