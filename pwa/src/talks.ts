// What the desk asks of consultations, mediations, promises, tasks and letters: a list as the server tells it, one of them folded from its placed changes.
import type { OutboxRow } from './device/shelf'
import type { LightLevel } from './orders'
import { foldedRow, type Row } from './queue'
import { seenFrom, type Seen } from './seen'
import type { Due } from './sync/subjects/issue'

export type TalkKind = 'consultation' | 'mediation' | 'promise' | 'task' | 'letter'

export interface TalkItem {
  readonly subject: string
  readonly kind: TalkKind
  readonly stage: string
  readonly over: boolean
  readonly title: string
  /** Who promised, who mediates, or who proposed. */
  readonly who: string
  /** Whom it is owed to, or between whom. */
  readonly to: string
  readonly grid: string
  readonly grid_name: string
  readonly village: string
  readonly issue: string
  readonly issue_no: string
  readonly due_ms: number | null
  /** What is due then: `draft`, `invite`, `meets`, `notice_ends`, `term`, `mediate`, `by`, `look`, `letter`; "" for nothing. */
  readonly due_why: string
  /** How that moment follows; "" where nothing is due. */
  readonly proof_zh: string
  readonly proof_en: string
  readonly light: LightLevel
  readonly updated_ms: number
}

export interface TalkList {
  readonly now_ms: number
  readonly items: readonly TalkItem[]
}

interface Told {
  readonly now_ms: number
  readonly grid: { readonly code: string; readonly village: string; readonly town: string }
  readonly item: TalkItem
  readonly issue_title: string
  readonly changes: readonly Row[]
  readonly people: Readonly<Record<string, string>>
  readonly photos: readonly string[]
  /** Until when both sides may ask a court to confirm an agreement, with its proof; null for none. */
  readonly court: Due | null
  /** What agreements of the matter's category are likely to decide that no court confirms, by the book. */
  readonly touching: readonly string[]
}

export interface WholeTalk extends Omit<Told, 'changes'> {
  readonly seen: Seen
}

/** Folds one of them; `own` are ops that this desk has made and the server has not yet placed. */
export function readTalk(text: string, own: readonly OutboxRow[]): WholeTalk | undefined {
  const { changes, ...told } = JSON.parse(text) as Told
  const id = told.item.subject
  const seen = seenFrom(id, foldedRow(id, told.grid.code, changes), own.filter((row) => row.subject === id))
  return seen === undefined ? undefined : { ...told, seen }
}
