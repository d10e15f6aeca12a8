// What the desk asks the server about rates and bulletins, and how a bulletin is folded from its placed changes. Nothing is said here.
import type { OutboxRow } from './device/shelf'
import { seenFrom, type Seen } from './seen'
import { foldedRow, type Row } from './queue'

export interface Rate {
  readonly id: string
  /** "" for the whole area; `town:CODE` or `unit:CODE` for a part. */
  readonly group: string
  readonly name_zh: string
  readonly name_en: string
  readonly how_zh: string
  readonly how_en: string
  readonly group_zh: string
  readonly group_en: string
  readonly n: number
  readonly of: number
  /** The 95% interval, in thousandths. */
  readonly low: number
  readonly high: number
}

/** A way in which people decided otherwise than a rule proposed. */
export interface Drift {
  readonly rule: string
  readonly reason_zh: string
  readonly reason_en: string
  readonly proposed: string
  readonly decided: string
  readonly role: string
  readonly cases: readonly string[]
}

export interface Rates {
  readonly area: string
  readonly area_name: string
  readonly first: string
  readonly last: string
  readonly rates: readonly Rate[]
  /** Where what was registered in the period stands now; the parts add up to `registered`. */
  readonly conserved: Readonly<Record<string, number>>
  readonly before: Readonly<Record<string, number>>
  readonly drift: readonly Drift[]
  readonly areas: readonly (readonly [code: string, name: string])[]
}

/** A case behind a rate. */
export interface RateCase {
  readonly subject: string
  readonly kind: string
  readonly issue_no: string
  readonly title: string
  readonly stage: string
  readonly counts: boolean
}

export type Rhythm = 'daily' | 'weekly' | 'monthly'

/** Which rates: the last whole period of a rhythm, or the days named. */
export interface RatesAsk {
  readonly rhythm: Rhythm
  readonly area: string
  readonly first: string
  readonly last: string
}

export interface BulletinBrief {
  readonly subject: string
  readonly grid: string
  readonly title: string
  readonly rhythm: Rhythm
  readonly stage: string
  readonly from_ms: number
  readonly signer: string
  readonly post: string
}

export interface Bulletin {
  readonly seen: Seen
  readonly rates: readonly Rate[]
}

export function queryOf(ask: RatesAsk, more: Readonly<Record<string, string>> = {}): string {
  return new URLSearchParams({ ...ask, ...more }).toString()
}

interface BulletinTold {
  readonly subject: string
  readonly grid: string
  readonly changes: readonly Row[]
  readonly rates: readonly Rate[]
}

/** A bulletin with this desk's own waiting ops on top; undefined when the law here does not know it. */
export function readBulletin(text: string, own: readonly OutboxRow[]): Bulletin | undefined {
  const told = JSON.parse(text) as BulletinTold
  const row = foldedRow(told.subject, told.grid, told.changes)
  const seen = seenFrom(told.subject, row, own.filter(({ subject }) => subject === told.subject))
  return seen === undefined ? undefined : { seen, rates: told.rates }
}

/** A grid, and how many people live there. */
export interface Place {
  readonly grid: string
  readonly name: string
  readonly village: string
  readonly town: string
  readonly people: number
}

/** One matter by where, what and when. */
export interface Spot {
  readonly subject: string
  readonly issue_no: string
  readonly title: string
  readonly grid: string
  readonly domain: string
  readonly category: string
  readonly week: number
}

/** Where a period's matters lie. */
export interface Spread {
  readonly first: string
  readonly last: string
  readonly places: readonly Place[]
  readonly spots: readonly Spot[]
  readonly names: readonly { readonly code: string; readonly zh: string; readonly en: string }[]
  /** From how many of one category in one grid on they are a kind. */
  readonly many: number
}
