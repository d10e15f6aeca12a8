// The supervisor's figures, computed from the list of orders: red by unit, days overdue, what is stuck.
import type { OrderItem } from '../../subjects_desk'
import { daysBetween } from '../../words/days'

export interface UnitRow {
  readonly unit: string
  readonly name: string
  readonly open: number
  readonly yellow: number
  readonly red: readonly OrderItem[]
  /** Whole days of the order that is overdue longest; 0 when that is since today. */
  readonly longest: number
}

export const lateDays = (item: OrderItem, now_ms: number): number => (item.due_ms === null ? 0 : daysBetween(item.due_ms, now_ms))

/** The units with orders in hand, the longest overdue first. */
export function unitsOf(items: readonly OrderItem[], now_ms: number): readonly UnitRow[] {
  const open = items.filter(({ stage }) => stage !== 'replied')
  const names = new Map(open.map(({ unit, unit_name }) => [unit, unit_name]))
  const rows = [...names].map(([unit, name]) => {
    const mine = open.filter((item) => item.unit === unit)
    const red = mine.filter(({ light }) => light === 'red').sort((a, b) => (a.due_ms ?? 0) - (b.due_ms ?? 0))
    const yellow = mine.filter(({ light }) => light === 'yellow').length
    return { unit, name, open: mine.length, yellow, red, longest: Math.max(-1, ...red.map((item) => lateDays(item, now_ms))) }
  })
  return rows.sort((a, b) => b.longest - a.longest || b.red.length - a.red.length)
}

export type Stuck = 'returned' | 'redone' | 'unmoved'

/** Why an order is stuck; undefined while it moves. */
export function stuckBy(item: OrderItem): Stuck | undefined {
  if (item.stage === 'return_pending') return 'returned'
  if (item.redone > 0 && item.stage !== 'replied') return 'redone'
  return item.light === 'red' && (item.card === 'red' || item.card === 'yellow') ? 'unmoved' : undefined
}
