// What the desk is told that could be looked after before anybody asks.

/** One thing that could be looked after, and where. */
export interface Proposal {
  readonly ground: string
  readonly category: string
  readonly category_zh: string
  readonly category_en: string
  readonly what_zh: string
  readonly what_en: string
  readonly why_zh: string
  readonly why_en: string
  /** The day until which it should be done if it were sent now, `YYYY-MM-DD`. */
  readonly by: string
  /** Where it may still be sent. */
  readonly grids: readonly string[]
  /** To how many grids it was. */
  readonly sent: number
}

export interface Ahead {
  readonly now_ms: number
  readonly proposals: readonly Proposal[]
  readonly grids: readonly { readonly grid: string; readonly name: string; readonly village: string }[]
}
