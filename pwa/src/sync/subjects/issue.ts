/** An issue as people speak of it: which clock runs, who has it now. Read from its shape alone. */

import { actsSinceEntry, type Act, type Shape } from '../fold'
import type { Json } from '../op'

/** Stages in which an issue still owes somebody something. */
export const OPEN_STAGES: readonly string[] = [
  'registered',
  'in_grid',
  'mediating',
  'work_order',
  'consulting',
  'pending_confirm',
  'reopened',
  'joined',
]

const CLOCK_OF_STAGE: Readonly<Record<string, string>> = {
  registered: 'due_assign',
  reopened: 'due_assign',
  in_grid: 'due_grid',
  mediating: 'due_mediate',
  consulting: 'due_consult',
}

const TOLD: readonly string[] = ['pending_confirm', 'closed', 'referred']
/** Roles that register at a counter or from other systems, not in a grid. */
const OFFICES: readonly string[] = ['town', 'dispatcher']
const ELSEWHERE: readonly string[] = ['joined', 'withdrawn', 'void', 'moved']

/** Until when the counter means to be done, in how many minutes, and when the result was first told; undefined while it is not. */
export interface Goal {
  readonly at_ms: number
  readonly minutes: number
  readonly told_ms: number | undefined
}

/** The clock that runs now: its field's name, when it is due, and the proof in words. */
export interface Due {
  readonly clock: string
  readonly due_ms: number
  readonly proof_zh: string
  readonly proof_en: string
  readonly provisional: boolean
}

/** Who has the matter in hand: a handler by name and phone. */
export interface Holder {
  readonly who: 'grid_worker' | 'town' | 'handler' | 'resident' | 'nobody'
  readonly name: string
  readonly phone: string
  readonly unit: string
}

function asMap(value: Json | undefined): Readonly<Record<string, Json>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, Json>>)
    : undefined
}

function inForce(shape: Shape, name: string): Json | undefined {
  return shape.fields[name]?.now.value
}

/** A text field's value in force; "" when nobody has set it. */
export function text(shape: Shape, name: string): string {
  const value = inForce(shape, name)
  return typeof value === 'string' ? value : ''
}

/** A text inside a map field; "" when there is none. */
export function part(shape: Shape, name: string, key: string): string {
  const inner = asMap(inForce(shape, name))?.[key]
  return typeof inner === 'string' ? inner : ''
}

/** The acceptance by a named handler since the town has it this time. */
export function accepted(shape: Shape): Act | undefined {
  if (shape.stage !== 'work_order') return undefined
  return [...actsSinceEntry(shape)].reverse().find((act) => act.name === 'accept')
}

/** The name of the clock that runs at this stage; "" when the issue owes nothing by a date. */
export function runningClock(shape: Shape): string {
  if (shape.stage === 'work_order') return accepted(shape) ? 'due_answer' : 'due_accept'
  if (shape.stage === 'consulting' && actsSinceEntry(shape).some((act) => act.name === 'convene')) {
    return '' // The consultation has been called: the dates that run now are its own.
  }
  return CLOCK_OF_STAGE[shape.stage] ?? ''
}

/** The due moment in force; undefined when no clock runs or the clerk has not said it yet. */
export function runningDue(shape: Shape): Due | undefined {
  return dueIn(shape, runningClock(shape))
}

/** The due moment that this field holds; undefined when it holds none. */
export function dueIn(shape: Shape, clock: string): Due | undefined {
  const value = asMap(inForce(shape, clock))
  const dueMs = value?.due_ms
  if (typeof dueMs !== 'number') return undefined
  return {
    clock,
    due_ms: dueMs,
    proof_zh: part(shape, clock, 'proof_zh'),
    proof_en: part(shape, clock, 'proof_en'),
    provisional: value?.provisional === true,
  }
}

/** The counter's goal; undefined where there is none, or where the matter went elsewhere before anybody had a result to tell. */
export function goal(shape: Shape): Goal | undefined {
  const value = asMap(inForce(shape, 'goal'))
  const told = shape.acts.find(({ to_stage }) => TOLD.includes(to_stage))
  if (typeof value?.at_ms !== 'number' || typeof value.minutes !== 'number' || (told === undefined && ELSEWHERE.includes(shape.stage))) return undefined
  return { at_ms: value.at_ms, minutes: value.minutes, told_ms: told?.at_ms }
}

function holds(who: Holder['who'], name = '', phone = '', unit = ''): Holder {
  return { who, name, phone, unit }
}

/** Who has it now. */
export function holder(shape: Shape): Holder {
  if (['registered', 'in_grid', 'mediating'].includes(shape.stage)) {
    // Whoever registered it stays responsible, but what moved, or was sorted into a grid, is in that grid's hands.
    const name = hasArrived(shape) ? '' : part(shape, 'responder', 'name')
    if (!OFFICES.includes(shape.acts[0]?.role ?? '')) return holds('grid_worker', name)
    return shape.stage === 'registered' ? holds('town', name) : holds('grid_worker')
  }
  if (shape.stage === 'pending_confirm') return holds('resident')
  if (!OPEN_STAGES.includes(shape.stage)) return holds('nobody')
  if (accepted(shape)) {
    return holds(
      'handler',
      text(shape, 'handler_name'),
      text(shape, 'handler_phone'),
      text(shape, 'handler_unit'),
    )
  }
  return holds('town')
}

/** Whether it came from another grid. */
export function hasArrived(shape: Shape): boolean {
  return shape.acts.some(({ name }) => name === 'arrive')
}

/** Whether the issue is still on its way. */
export function isOpen(shape: Shape): boolean {
  return OPEN_STAGES.includes(shape.stage)
}

/** Whether danger was reported and the issue is still open; of a joined one the leading issue tells. */
export function isAlarmed(shape: Shape): boolean {
  return isOpen(shape) && shape.stage !== 'joined' && shape.acts.some((act) => act.name === 'alarm')
}

/** Whether its words may be seen only by its author and by those above: accusations and harm to a minor. */
export function isSealed(shape: Shape): boolean {
  const flags = asMap(inForce(shape, 'proposal'))?.flags
  return Array.isArray(flags) && flags.includes('sealed')
}

/** How often a resident has said that it is not solved. */
export function timesReopened(shape: Shape): number {
  return shape.acts.filter((act) => act.to_stage === 'reopened' && act.from_stage !== 'reopened').length
}
