// What the desk asks the server to show: the queue, and one issue folded from its placed changes. What is said goes another way.
import type { OutboxRow, ShapeRow } from './device/shelf'
import type { Trouble } from './device/trouble'
import { seenFrom, type Seen } from './seen'
import { empty, fold } from './sync/fold'
import { lawOf } from './sync/law'
import { kindOf, type Change } from './sync/op'
import { isUnreadable, readOp } from './sync/wire'

/** Why an issue lies before the town. */
export interface Came {
  readonly rule: string
  readonly reason_zh: string
  readonly reason_en: string
  readonly escalate_why: string
  readonly tried: string
  readonly request: string
  readonly times_reopened: number
}

export interface QueueItem {
  readonly subject: string
  readonly issue_no: string
  readonly title: string
  readonly grid: string
  readonly grid_name: string
  readonly village: string
  readonly town: string
  readonly category: string
  readonly category_zh: string
  readonly category_en: string
  readonly stage: string
  readonly urgency: string
  readonly track: string
  readonly flags: readonly string[]
  readonly alarmed: boolean
  readonly due_ms: number | null
  readonly due_clock: string
  /** "" when no clock runs. */
  readonly light: 'green' | 'yellow' | 'red' | ''
  /** Until when the counter means to be done, as long as it is not. */
  readonly goal_ms: number | null
  readonly came: Came
  readonly holder: { readonly who: string; readonly name: string; readonly phone: string; readonly unit: string }
  /** Masked. */
  readonly reporter: string
  /** Whether who reported it is withheld from the asker. */
  readonly hidden: boolean
  /** Whether it is sealed from others than the asker's like. */
  readonly sealed: boolean
  readonly begun_ms: number
  readonly updated_ms: number
}

export interface QueueCounts {
  readonly stages: Readonly<Record<string, number>>
  readonly alarmed: number
  readonly overdue: number
}

export interface Queue {
  readonly now_ms: number
  readonly counts: QueueCounts
  readonly total: number
  readonly offset: number
  readonly items: readonly QueueItem[]
}

/** One issue, and what belongs to it. */
export interface WholeIssue {
  readonly now_ms: number
  readonly item: QueueItem
  readonly issue: Seen
  /** Letters, visits, mediations and other issues that name it or that it names. */
  readonly beside: readonly Seen[]
  /** Names by person id of those who acted. */
  readonly people: Readonly<Record<string, string>>
  /** Who reads and who acts under double assignment, as the county's book has it. */
  readonly dual: { readonly reader: string; readonly unit: string }
  /** Hashes of the photos that the server has. */
  readonly photos: readonly string[]
}

/** A placed change as the server writes it. */
export type Row = readonly [place: number, placed_ms: number, credited_ms: number, role: string, text: string]

interface Whole {
  readonly now_ms: number
  readonly item: QueueItem
  readonly grid: { readonly code: string }
  readonly records: Readonly<Record<string, readonly Row[]>>
  readonly people: Readonly<Record<string, string>>
  readonly dual: WholeIssue['dual']
  readonly photos: readonly string[]
}

const TORN: Trouble = { trouble: 'not_our_server', detail: 'not what the desk asked for' }

export function readQueue(text: string): Queue | Trouble {
  const read = parse(text)
  const { items, counts } = read
  return Array.isArray(items) && isRecord(counts) ? (read as unknown as Queue) : TORN
}

/** Folds an issue and its neighbours; `own` are ops that this desk has made and the server has not yet placed. */
export function readWhole(id: string, text: string, own: readonly OutboxRow[]): WholeIssue | Trouble {
  const read = parse(text)
  const { records, grid, item: asked } = read
  if (![records, grid, asked].every(isRecord)) return TORN
  const whole = read as unknown as Whole
  const seen = Object.entries(whole.records).map(([subject, rows]) => {
    const mine = own.filter((row) => row.subject === subject)
    return seenFrom(subject, foldedRow(subject, whole.grid.code, rows), mine)
  })
  const known = seen.filter((one) => one !== undefined)
  const issue = known.find((one) => one.id === id)
  if (issue === undefined) return TORN
  const { now_ms, item, people, dual, photos } = whole
  return { now_ms, item, issue, beside: known.filter((one) => one !== issue), people, dual, photos }
}

/** What the placed changes of one subject add up to; undefined when the law here does not know its kind. */
export function foldedRow(subject: string, grid: string, rows: readonly Row[]): ShapeRow | undefined {
  const law = lawOf(subject)
  const changes = rows.flatMap(([place, placed_ms, credited_ms, role, text]): Change[] => {
    const op = readOp(text)
    return isUnreadable(op) ? [] : [{ place, placed_ms, credited_ms, role, op }]
  })
  const last = changes[changes.length - 1]
  if (law === null || last === undefined) return undefined
  const shape = fold(law, empty(subject, changes[0]?.op.grid ?? grid), changes)
  return { subject, kind: kindOf(subject), grid: shape.grid, place: last.place, base: 0, updated_ms: last.credited_ms, shape }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(text)
    return isRecord(read) ? read : {}
  } catch {
    return {}
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
