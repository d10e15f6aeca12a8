// What must stand in a subject's own history before a row of the law opens. Each is told a shape and looks at nothing else.
import type { Act, Shape } from './fold'
import { has, type Json, type JsonMap } from './op'

const DAY_MS = 86_400_000
export const NOTICE_DAYS = 3
/** Organic Law of Villagers' Committees, Art. 21. */
export const VILLAGERS_NOTICE_DAYS = 10
export const SHOWN_DAYS = 5
const MEETINGS = 2
const MEETING_DAYS = 60

/** The latest act of one of these names. */
export function lastAct(shape: Shape, ...names: readonly string[]): Act | undefined {
  return [...shape.acts].reverse().find(({ name }) => names.includes(name))
}

/** The acts after the latest of this name, oldest first; all of them when there is none. */
export function actsAfter(shape: Shape, name: string): readonly Act[] {
  return shape.acts.slice(shape.acts.map((act) => act.name).lastIndexOf(name) + 1)
}

/** A field's values that stand, the one in force last. */
function standing(shape: Shape, name: string): readonly Json[] {
  const register = has(shape.fields, name) ? shape.fields[name] : undefined
  return register === undefined ? [] : [...register.beside, register.now].map(({ value }) => value)
}

function inForce(shape: Shape, name: string): Json | undefined {
  const values = standing(shape, name)
  return values[values.length - 1]
}

function textIn(shape: Shape, name: string): string {
  const value = inForce(shape, name)
  return typeof value === 'string' ? value : ''
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : []
}

function isMap(value: Json): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The maps of a list field, all that stand under `union`, in the order they were placed. */
export function rowsIn(shape: Shape, name: string): readonly JsonMap[] {
  return standing(shape, name).flatMap(listOf).filter(isMap)
}

function partOf(map: JsonMap, name: string): Json | undefined {
  return has(map, name) ? map[name] : undefined
}

function number(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0
}

/** How many must have come: more than half of all villagers, two thirds of the representatives, else half. */
export function neededPresent(form: string, expected: number): number {
  if (form === 'villagers') return Math.floor(expected / 2) + 1
  return form === 'representatives' ? Math.ceil((2 * expected) / 3) : Math.ceil(expected / 2)
}

/** Ten days before a meeting of all villagers; three before others, unless it is said why all agreed to fewer. */
function noticeKept(shape: Shape): boolean {
  const invite = lastAct(shape, 'invite')
  if (invite === undefined) return false
  const villagers = textIn(shape, 'form') === 'villagers'
  const days = villagers ? VILLAGERS_NOTICE_DAYS : NOTICE_DAYS
  const inTime = number(partOf(invite.fields, 'meets_ms')) - invite.at_ms >= days * DAY_MS
  return inTime || (!villagers && has(invite.fields, 'short_why'))
}

/** A second meeting is called for a day within sixty days of the first one. */
function withinSixtyDays(shape: Shape): boolean {
  const first = shape.acts.find(({ name }) => name === 'meet')
  const invite = lastAct(shape, 'invite')
  if (first === undefined || invite === undefined) return true
  return number(partOf(invite.fields, 'meets_ms')) <= first.at_ms + MEETING_DAYS * DAY_MS
}

function inQuorum(shape: Shape): boolean {
  const meet = lastAct(shape, 'meet')
  if (meet === undefined) return false
  const present = number(partOf(meet.fields, 'present'))
  return present >= neededPresent(textIn(shape, 'form'), number(partOf(meet.fields, 'expected')))
}

/** The numbers of the sides, from 1, that spoke at the latest meeting. */
export function sidesHeard(shape: Shape): ReadonlySet<number> {
  const meet = lastAct(shape, 'meet')
  const heard = meet === undefined ? [] : [meet, ...actsAfter(shape, 'meet')]
  const spoke = heard.filter(({ name }) => name === 'meet' || name === 'hear')
  const rows = spoke.flatMap(({ fields }) => listOf(partOf(fields, 'opinions'))).filter(isMap)
  return new Set(rows.map((row) => number(partOf(row, 'side'))))
}

function allSidesHeard(shape: Shape): boolean {
  const heard = sidesHeard(shape)
  return listOf(inForce(shape, 'sides')).every((_, at) => heard.has(at + 1))
}

function foundLegal(shape: Shape): boolean {
  const found = actsAfter(shape, 'conclude').filter(({ name }) => name === 'check_legality')
  const last = found[found.length - 1]
  return last !== undefined && partOf(last.fields, 'legal') === 'yes'
}

function needsNoNotice(shape: Shape): boolean {
  const conclude = lastAct(shape, 'conclude')
  return conclude !== undefined && partOf(conclude.fields, 'to_publish') === false
}

function noticeOver(shape: Shape): boolean {
  const shown = lastAct(shape, 'publish')
  const ended = lastAct(shape, 'end_notice')
  return shown !== undefined && ended !== undefined && ended.at_ms - shown.at_ms >= SHOWN_DAYS * DAY_MS
}

function objectionsSettled(shape: Shape): boolean {
  const said = lastAct(shape, 'object', 'settle_objection')
  return said === undefined || said.name === 'settle_objection'
}

function mayMeetAgain(shape: Shape): boolean {
  return shape.acts.filter(({ name }) => name === 'meet').length < MEETINGS
}

/** Per party whether its signature, or its thumb on the paper, is there. */
export function partiesSigned(shape: Shape): readonly boolean[] {
  const later = new Set(rowsIn(shape, 'signatures').map((row) => number(partOf(row, 'party'))))
  return rowsIn(shape, 'parties').map((row, at) => has(row, 'signature') || partOf(row, 'thumb') === true || later.has(at + 1))
}

function allSigned(shape: Shape): boolean {
  const signed = partiesSigned(shape)
  return signed.length > 0 && signed.every(Boolean)
}

/** Per term `kept`, `late`, `broken` as last said, or "" while it is open. */
export function termStates(shape: Shape): readonly string[] {
  const said = new Map(rowsIn(shape, 'performance').map((row) => [number(partOf(row, 'term')), partOf(row, 'state')]))
  return rowsIn(shape, 'terms').map((row, at) => {
    const state = partOf(row, 'done') === true ? 'kept' : said.get(at + 1)
    return typeof state === 'string' ? state : ''
  })
}

function termsSettled(shape: Shape): boolean {
  return termStates(shape).every((state) => state === 'kept' || state === 'late')
}

function notReminded(shape: Shape): boolean {
  return actsAfter(shape, 'extend').every(({ name }) => name !== 'remind')
}

function notOverdue(shape: Shape): boolean {
  return shape.acts.every(({ name }) => name !== 'overdue')
}

export const GUARDS: Readonly<Record<string, (shape: Shape) => boolean>> = {
  notice_kept: noticeKept,
  within_sixty_days: withinSixtyDays,
  in_quorum: inQuorum,
  all_sides_heard: allSidesHeard,
  found_legal: foundLegal,
  needs_no_notice: needsNoNotice,
  notice_over: noticeOver,
  objections_settled: objectionsSettled,
  may_meet_again: mayMeetAgain,
  all_signed: allSigned,
  terms_settled: termsSettled,
  not_reminded: notReminded,
  not_overdue: notOverdue,
}
