// The law: the tables of moves, fields and roles that both languages read. Nothing here decides; admit and fold do.
import bulletin from '../../../sync/tables/bulletin.json'
import consultation from '../../../sync/tables/consultation.json'
import household from '../../../sync/tables/household.json'
import issue from '../../../sync/tables/issue.json'
import letter from '../../../sync/tables/letter.json'
import mailbox from '../../../sync/tables/mailbox.json'
import mailboxOpening from '../../../sync/tables/mailbox_opening.json'
import mediation from '../../../sync/tables/mediation.json'
import order from '../../../sync/tables/order.json'
import parked from '../../../sync/tables/parked.json'
import promise from '../../../sync/tables/promise.json'
import roles from '../../../sync/tables/roles.json'
import task from '../../../sync/tables/task.json'
import visit from '../../../sync/tables/visit.json'
import { has, kindOf, type Json, type JsonMap } from './op'

export const LAW_VERSION = 1

/** What a field may hold and how concurrent values of it merge. `min`/`max` count code points, items or units. */
export interface FieldLaw {
  readonly type: string
  readonly merge: string
  /** Roles that may set it by an edit; acts set it by their own right. */
  readonly edit: readonly string[]
  readonly min: number | null
  readonly max: number | null
  readonly codes: readonly string[]
  readonly kind: string
  readonly need: boolean
  readonly of: FieldLaw | null
  readonly fields: Readonly<Record<string, FieldLaw>>
}

/** The fields an act must and may bear, and the named checks on them. */
export interface OpLaw {
  readonly need: readonly string[]
  readonly may: readonly string[]
  readonly check: readonly string[]
}

/** One move: from which stages, by which op, under which field values, to which stage ("" stays), by whom. */
export interface Row {
  readonly id: string
  readonly op: string
  readonly who: readonly string[]
  readonly from: readonly string[]
  readonly to: string
  readonly if: Readonly<Record<string, readonly string[]>>
  readonly guard: readonly string[]
}

/** Everything that may happen to one kind of subject. */
export interface SubjectLaw {
  readonly subject: string
  readonly stages: readonly string[]
  readonly fields: Readonly<Record<string, FieldLaw>>
  readonly editable: readonly string[]
  readonly ops: Readonly<Record<string, OpLaw>>
  readonly rows: readonly Row[]
  /** Stages at which it owes nobody anything, so that phones need not hold it for ever. */
  readonly over: readonly string[]
}

/** A role's rank for the `higher` rule, its names, and of which unit its bearer must be, which the server alone can ask. */
export interface Role {
  readonly rank: number
  readonly zh: string
  readonly en: string
  readonly of?: string
}

export const KINDS = ['household', 'visit', 'mailbox', 'mailbox_opening', 'letter', 'mediation', 'consultation', 'promise', 'task', 'issue', 'order', 'parked', 'bulletin'] as const
/** Ops of every subject: `edit` sets fields; `settle` is an edit by someone who saw every value that stood open. */
export const GENERIC_OPS: readonly string[] = ['edit', 'settle']

/** A table as it is written: what is left out has its ordinary value. */
type FieldTable = Partial<Omit<FieldLaw, 'type' | 'of' | 'fields'>> & {
  readonly type: string
  readonly of?: FieldTable
  readonly fields?: Readonly<Record<string, FieldTable>>
}
type RowTable = Partial<Row> & Pick<Row, 'id' | 'op' | 'who' | 'from'>
interface SubjectTable {
  readonly subject: string
  readonly stages: readonly string[]
  readonly fields: Readonly<Record<string, FieldTable>>
  readonly editable: readonly string[]
  readonly ops: Readonly<Record<string, Partial<OpLaw>>>
  readonly rows: readonly RowTable[]
  readonly over?: readonly string[]
}

export function fieldLaw(table: FieldTable): FieldLaw {
  const { merge = 'later', edit = [], min = null, max = null, codes = [], kind = '', need = false } = table
  const of = table.of === undefined ? null : fieldLaw(table.of)
  return { type: table.type, merge, edit, min, max, codes, kind, need, of, fields: each(table.fields ?? {}, fieldLaw) }
}

function opLaw({ need = [], may = [], check = [] }: Partial<OpLaw>): OpLaw {
  return { need, may, check }
}

function row({ id, op, who, from, to = '', if: under = {}, guard = [] }: RowTable): Row {
  return { id, op, who, from, to, if: under, guard }
}

function subjectLaw(table: SubjectTable): SubjectLaw {
  return {
    subject: table.subject,
    stages: table.stages,
    fields: each(table.fields, fieldLaw),
    editable: table.editable,
    ops: each(table.ops, opLaw),
    rows: table.rows.map(row),
    over: table.over ?? [],
  }
}

function each<A, B>(record: Readonly<Record<string, A>>, make: (one: A) => B): Readonly<Record<string, B>> {
  return Object.fromEntries(Object.entries(record).map(([name, one]) => [name, make(one)]))
}

/** The compiler infers from a JSON file a type too narrow to be a table's; that each has this form, test_law.py says. */
const read = (table: unknown): SubjectLaw => subjectLaw(table as SubjectTable)

export const ROLES: Readonly<Record<string, Role>> = roles.roles
export const LAW: Readonly<Record<(typeof KINDS)[number], SubjectLaw>> = {
  household: read(household),
  visit: read(visit),
  mailbox: read(mailbox),
  mailbox_opening: read(mailboxOpening),
  letter: read(letter),
  mediation: read(mediation),
  consultation: read(consultation),
  promise: read(promise),
  task: read(task),
  parked: read(parked),
  issue: read(issue),
  order: read(order),
  bulletin: read(bulletin),
}

/** The law of a subject id's kind, or null for a kind this version does not know. */
export function lawOf(subject: string): SubjectLaw | null {
  const kind = kindOf(subject)
  const laws: Readonly<Record<string, SubjectLaw>> = LAW
  return has(laws, kind) ? (laws[kind] ?? null) : null
}

/** A role's rank; -1 for a role this version does not know. */
export function rank(role: string): number {
  return has(ROLES, role) ? (ROLES[role]?.rank ?? -1) : -1
}

/** Whether a row is the move that this op asks for at this stage; says nothing of who asks. */
export function rowFits(row: Row, stage: string, name: string, fields: JsonMap): boolean {
  return row.op === name && row.from.includes(stage) && branchFits(row, fields)
}

/** Whether the fields have the values under which the row holds. */
export function branchFits(row: Row, fields: JsonMap): boolean {
  return Object.entries(row.if).every(([field, values]) => has(fields, field) && isOneOf(fields[field] ?? null, values))
}

function isOneOf(value: Json, values: readonly string[]): boolean {
  return typeof value === 'string' && values.includes(value)
}
