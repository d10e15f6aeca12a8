// May this op enter? Every reason it may not. Asked by the server for what arrives, by a phone before it makes one.
import { bad, brokenCheck, isRef } from './check'
import { isStamp } from './clock'
import { branchFits, GENERIC_OPS, lawOf, rank, type Row, type SubjectLaw } from './law'
import { has, kindOf, OP_VERSION, subjectId, type Op } from './op'

/** Where a person stands: a role over every grid whose code begins with `code`, from `from_ms` until `to_ms`. */
export interface Area {
  readonly role: string
  /** "" the whole county; 9 digits a town; 15 a grid. */
  readonly code: string
  readonly from_ms: number
  /** First moment it no longer holds; null while it does. */
  readonly to_ms: number | null
}

/** Who brings an op: a person, on a device, with the areas where that person stands or stood. */
export interface Asker {
  readonly person: string
  readonly device: string
  readonly areas: readonly Area[]
}

/** An expected no: the word for it, and the field or check it is about. */
export interface Refusal {
  readonly why: string
  readonly about: string
}

/** An expected yes: in which role its actor makes the op. */
export interface Admitted {
  readonly role: string
}

/** Whether the answer is a no. */
export function isRefusal(answer: Admitted | Refusal): answer is Refusal {
  return 'why' in answer
}

/** The roles a person holds in a grid at a moment, highest first. */
export function rolesAt(areas: readonly Area[], grid: string, atMs: number): readonly string[] {
  const here = areas.filter((area) => grid.startsWith(area.code) && area.from_ms <= atMs && still(area, atMs))
  const held = [...new Set(here.map((area) => area.role))]
  return held.sort((a, b) => rank(b) - rank(a) || (a < b ? -1 : 1))
}

function still(area: Area, atMs: number): boolean {
  return area.to_ms === null || atMs < area.to_ms
}

/**
 * Whether the op may enter its grid's log, by the law and by where its actor stood at `creditedMs`.
 *
 * Says nothing about the subject's stage: an act that no longer fits is placed and becomes a note.
 */
export function admit(op: Op, asker: Asker, creditedMs: number): Admitted | Refusal {
  const refusal = identity(op, asker)
  if (refusal !== null) return refusal
  const law = lawOf(op.subject)
  const generic = GENERIC_OPS.includes(op.name)
  if (law === null || !(generic || has(law.ops, op.name))) {
    return { why: op.v > OP_VERSION ? 'too_new' : 'unknown_op', about: op.name }
  }
  const roles = rolesAt(asker.areas, op.grid, creditedMs)
  if (roles.length === 0) return { why: 'not_your_grid', about: op.grid }
  return generic ? admitEdit(op, law, roles) : admitAct(op, law, roles)
}

function identity(op: Op, asker: Asker): Refusal | null {
  if (op.device !== asker.device) return { why: 'not_your_device', about: op.device }
  if (op.actor !== asker.person) return { why: 'not_your_name', about: op.actor }
  if (!isStamp(op.stamp, op.device)) return { why: 'bad_stamp', about: op.stamp }
  if (!isRef(op.subject)) return { why: 'bad_subject', about: op.subject }
  return null
}

function admitAct(op: Op, law: SubjectLaw, roles: readonly string[]): Admitted | Refusal {
  const rows = law.rows.filter((row) => row.op === op.name)
  if (!rows.some((row) => roles.some((role) => row.who.includes(role)))) {
    return { why: 'not_your_role', about: op.name }
  }
  if (begins(rows) && op.subject !== subjectId(kindOf(op.subject), op.device, op.seq)) {
    return { why: 'wrong_beginning', about: op.subject }
  }
  const refusal = fieldsOf(op, law)
  if (refusal !== null) return refusal
  const role = bestRole(rows.filter((row) => branchFits(row, op.fields)), roles)
  return role === '' ? { why: 'not_your_role', about: op.name } : { role }
}

/** Whether an op with these rows can only begin a subject, whose id then is the op's own. */
function begins(rows: readonly Row[]): boolean {
  return rows.every((row) => row.from.length === 1 && row.from[0] === '')
}

/** Of somebody's roles the one to which most of these rows are open, the higher of two alike; "" for none. */
function bestRole(rows: readonly Row[], roles: readonly string[]): string {
  let best = ''
  let most = 0
  for (const role of roles) {
    const count = rows.filter((row) => row.who.includes(role)).length
    if (count > most) {
      best = role
      most = count
    }
  }
  return best
}

function fieldsOf(op: Op, law: SubjectLaw): Refusal | null {
  const act = law.ops[op.name]
  if (act === undefined) return { why: 'unknown_op', about: op.name }
  const missing = act.need.find((name) => !has(op.fields, name))
  if (missing !== undefined) return { why: 'field_missing', about: missing }
  if (op.v <= OP_VERSION) {
    const unknown = Object.keys(op.fields).find((name) => !act.need.includes(name) && !act.may.includes(name))
    if (unknown !== undefined) return { why: 'unknown_field', about: unknown }
  }
  const refusal = values(op, law)
  if (refusal !== null) return refusal
  const broken = brokenCheck(act, op.fields)
  return broken === '' ? null : { why: broken, about: op.name }
}

function admitEdit(op: Op, law: SubjectLaw, roles: readonly string[]): Admitted | Refusal {
  const names = Object.keys(op.fields)
  if (names.length === 0) return { why: 'field_missing', about: '' }
  if (op.v <= OP_VERSION) {
    const unknown = names.find((name) => !has(law.fields, name))
    if (unknown !== undefined) return { why: 'unknown_field', about: unknown }
  }
  const known = names.filter((name) => has(law.fields, name))
  const mayEdit = (role: string, name: string): boolean => law.fields[name]?.edit.includes(role) === true
  const role = roles.find((one) => known.every((name) => mayEdit(one, name)))
  if (role !== undefined) return values(op, law) ?? { role }
  const closed = known.find((name) => !roles.some((one) => mayEdit(one, name))) ?? ''
  return { why: 'not_your_field', about: closed }
}

function values(op: Op, law: SubjectLaw): Refusal | null {
  for (const [name, value] of Object.entries(op.fields)) {
    const field = has(law.fields, name) ? law.fields[name] : undefined
    const why = field === undefined ? '' : bad(field, value)
    if (why !== '') return { why, about: name }
  }
  return null
}
