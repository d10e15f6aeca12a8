// What the desk asks of orders and call-backs: lists as the server tells them, one order folded here from its placed changes.
import type { OutboxRow } from './device/shelf'
import { foldedRow, type Row } from './queue'
import { seenFrom, type Seen } from './seen'

export type LightLevel = 'green' | 'yellow' | 'red' | ''

export interface OrderItem {
  readonly subject: string
  readonly issue: string
  readonly order_no: string
  readonly title: string
  readonly grid: string
  readonly village: string
  readonly town: string
  readonly unit: string
  readonly unit_name: string
  readonly lead: boolean
  readonly stage: string
  readonly urgency: string
  readonly due_ms: number | null
  readonly due_clock: string
  readonly proof_zh: string
  readonly proof_en: string
  readonly light: LightLevel
  readonly handler: string
  readonly phone: string
  readonly redone: number
  readonly urged: number
  readonly card: string
  readonly whistled: boolean
}

export interface OrderList {
  readonly now_ms: number
  /** A year whose holidays the book should hold by now; 0 for none. */
  readonly missing_year: number
  readonly items: readonly OrderItem[]
}

export interface Matter {
  readonly issue_no: string
  readonly title: string
  readonly words: string
  readonly place: string
  readonly demand: string
  readonly category_zh: string
  readonly category_en: string
  readonly tried: string
  readonly request: string
  readonly reporter: string
  readonly phone: string
  readonly responder: string
}

/** What was promised about the order's matter, by whom, and by which day. */
export interface Promised {
  readonly subject: string
  readonly who: string
  readonly what: string
  readonly by: string
  readonly stage: string
}

interface Told {
  readonly now_ms: number
  readonly grid: { readonly code: string }
  readonly item: OrderItem
  readonly matter: Matter
  readonly changes: readonly Row[]
  readonly others: readonly OrderItem[]
  readonly promises: readonly Promised[]
  readonly people: Readonly<Record<string, string>>
}

export interface WholeOrder extends Omit<Told, 'grid' | 'changes'> {
  readonly order: Seen
}

export interface CallItem {
  readonly subject: string
  readonly grid: string
  readonly village: string
  readonly issue_no: string
  readonly title: string
  readonly reporter: string
  /** The number given at the beginning, which is called first. */
  readonly phone: string
  readonly other_phones: readonly string[]
  readonly conclusion: string
  readonly answer: string
  readonly told_ms: number
  readonly tries: number
  readonly unit: string
}

export interface CallList {
  readonly now_ms: number
  readonly items: readonly CallItem[]
}

/** Folds an order; `own` are ops that this desk has made and the server has not yet placed. */
export function readOrder(text: string, own: readonly OutboxRow[]): WholeOrder | undefined {
  const { grid, changes, ...told } = JSON.parse(text) as Told
  const id = told.item.subject
  const order = seenFrom(id, foldedRow(id, grid.code, changes), own.filter((row) => row.subject === id))
  return order === undefined ? undefined : { ...told, order }
}
