// What a day asks of this worker, read off the records on the phone. Pure: it is told who asks and what time it is.
import { lightOf } from '../issue/lights'
import { isMine } from '../issue/order'
import { numberOf, textOf } from '../issue/values'
import { left, openingsOf } from '../mailbox/boxes'
import { conflictsOf, type Note, type Seen, type Shape } from '../subjects'
import { holder, isAlarmed, isOpen, runningDue } from '../sync/subjects/issue'
import { DAY_MS, daysBetween, isoDay, weekday } from '../words/days'

export type Why = 'alarmed' | 'not_solved' | 'returned' | 'due'

/** An open issue of mine that should not wait, and why. */
export interface Burning {
  readonly seen: Seen
  readonly why: Why
}

const WEIGHT: Readonly<Record<Why, number>> = { alarmed: 0, not_solved: 1, returned: 2, due: 3 }

/** What burns, most pressing first. */
export function burning(issues: readonly Seen[], person: string, now_ms: number, yellow_days: number): readonly Burning[] {
  const found = issues.flatMap((seen): Burning[] => {
    if (!isOpen(seen.shape) || !isMine(seen, person)) return []
    const why = whyNow(seen.shape, now_ms, yellow_days)
    return why === undefined ? [] : [{ seen, why }]
  })
  return found.sort((a, b) => WEIGHT[a.why] - WEIGHT[b.why] || dueOf(a) - dueOf(b))
}

function dueOf({ seen }: Burning): number {
  return runningDue(seen.shape)?.due_ms ?? Number.MAX_SAFE_INTEGER
}

/** Whoever registered a matter stays responsible: what is late anywhere burns here, what is nearly late burns in one's own hands. */
function whyNow(shape: Shape, now_ms: number, yellow_days: number): Why | undefined {
  if (isAlarmed(shape)) return 'alarmed'
  if (shape.stage === 'reopened') return 'not_solved'
  if (isReturned(shape)) return 'returned'
  const due = runningDue(shape)
  if (due === undefined) return undefined
  const light = lightOf(due.due_ms, now_ms, yellow_days)
  const isHere = holder(shape).who === 'grid_worker'
  return light === 'red' || (light === 'yellow' && isHere) ? 'due' : undefined
}

/** The town gave it back, and it is still where the town put it. */
export function isReturned(shape: Shape): boolean {
  const entry = [...shape.acts].reverse().find(({ from_stage, to_stage }) => from_stage !== to_stage)
  return entry?.name === 'give_back'
}

/** Records on which two people met and this person is one of them, or answers for it. */
export function metByTwo(records: readonly Seen[], person: string): readonly Seen[] {
  return records.filter(({ shape }) => {
    const conflicts = conflictsOf(shape)
    const isIn = conflicts.some(({ now, beside, lost }) => [now, ...beside, ...lost].some(({ actor }) => actor === person))
    return isIn || (isOpen(shape) && notesOf(shape, person).length > 0)
  })
}

/** Acts of this person that came too late and that he has not answered by another one since. */
export function notesOf(shape: Shape, person: string): readonly Note[] {
  const mine = shape.acts.filter(({ actor }) => actor === person)
  return shape.notes.filter(({ actor, stamp }) => actor === person && !mine.some((act) => act.stamp > stamp))
}

const DAYS = '一二三四五六日'

/** Whether a box is opened on this weekday by its schedule, a sentence such as 每个工作日 09:00 or 每周一、周四. */
export function opensOn(schedule: string, day: number): boolean {
  const named = [...schedule.matchAll(/[周星期]([一二三四五六日天])(?!次)/g)].map((found) => DAYS.indexOf((found[1] ?? '').replace('天', '日')) + 1)
  if (named.length > 0) return named.includes(day)
  return schedule.includes('每天') || schedule.includes('每日') || day <= 5
}

/** Boxes in use that should be opened today and have not been. */
export function boxesToday(boxes: readonly Seen[], openings: readonly Seen[], now_ms: number): readonly Seen[] {
  return boxes.filter((box) => {
    if (box.shape.stage === 'retired' || !opensOn(textOf(box, 'schedule'), weekday(now_ms))) return false
    const last = openingsOf(box.id, openings)[0]
    const at_ms = last && numberOf(last, 'opened_ms')
    return at_ms === undefined || daysBetween(at_ms, now_ms) > 0
  })
}

/** Letters that were counted and not registered, or registered and without an end. */
export function lettersLeft(openings: readonly Seen[], letters: readonly Seen[]): number {
  const unregistered = openings.reduce((sum, opening) => sum + left(opening, letters), 0)
  return unregistered + letters.filter(({ shape }) => shape.stage === 'taken_out').length
}

/** How many promises fall due today or tomorrow, or are late. */
export function promisesDue(promises: readonly Seen[], now_ms: number): number {
  const tomorrow = isoDay(now_ms + DAY_MS)
  return promises.filter((seen) => seen.shape.stage === 'open' && textOf(seen, 'by') <= tomorrow).length
}

/** What was sent to this grid to be looked at before anybody asks, the nearest day first. */
export function openTasks(tasks: readonly Seen[]): readonly Seen[] {
  const open = tasks.filter(({ shape }) => shape.stage === 'open')
  return open.sort((a, b) => (textOf(a, 'by') < textOf(b, 'by') ? -1 : 1))
}

/** A household that was promised a visit, by its latest visit. */
export interface Planned {
  readonly visit: Seen
  readonly household: string
  /** `YYYY-MM-DD`. */
  readonly on: string
}

/** The latest visit of each household. */
export function latestVisits(visits: readonly Seen[]): ReadonlyMap<string, Seen> {
  const latest = new Map<string, Seen>()
  for (const visit of visits) {
    const household = textOf(visit, 'household')
    const known = latest.get(household)
    if (known === undefined || endedOf(visit) > endedOf(known)) latest.set(household, visit)
  }
  return latest
}

export function endedOf(visit: Seen): number {
  return numberOf(visit, 'ended_ms') ?? visit.updated_ms
}

/** Visits promised up to so many days from today, those that are late first. */
export function planned(visits: readonly Seen[], now_ms: number, ahead_days: number): readonly Planned[] {
  const until = isoDay(now_ms + ahead_days * DAY_MS)
  const found = [...latestVisits(visits)].flatMap(([household, visit]): Planned[] => {
    const on = textOf(visit, 'next_visit_on')
    return on !== '' && on <= until ? [{ visit, household, on }] : []
  })
  return found.sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0))
}
