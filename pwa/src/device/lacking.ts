// What of the grids is not here yet, as the shelf notes it. Fetching it is firstly.ts, which the door need not know.
import { meta, type Fetching, type Meta, type Reading, type Writing } from './shelf'

export interface Notes {
  readonly places: Meta['places']
  readonly fetching: Meta['fetching']
  readonly scope: Meta['scope']
  readonly missing: Meta['missing']
}

/** What the shelf notes of grids that are not wholly here. */
export async function notes(tx: Reading | Writing): Promise<Notes> {
  return {
    places: (await meta(tx, 'places')) ?? {},
    fetching: (await meta(tx, 'fetching')) ?? {},
    scope: (await meta(tx, 'scope')) ?? [],
    missing: (await meta(tx, 'missing')) ?? [],
  }
}

/** What lacks here, for people; undefined when every grid is whole. */
export async function lacking(tx: Reading): Promise<Lacking | undefined> {
  const { places, fetching, scope } = await notes(tx)
  const grids = scope.filter(({ grid }) => places[grid] === undefined).map(({ grid }) => fetching[grid])
  const begun = grids.filter((one) => one !== undefined)
  if (grids.length === 0) return undefined
  const sum = (count: (one: Fetching) => number): number => begun.reduce((all, one) => all + count(one), 0)
  return { got: sum((one) => one.got), total: sum((one) => one.total), usable: begun.length === grids.length }
}

/** How far the first fetching has come. */
export interface Lacking {
  readonly got: number
  /** Of those grids that have begun. */
  readonly total: number
  /** Whether the day's work of every grid is here. */
  readonly usable: boolean
}
