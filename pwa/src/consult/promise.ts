// A promise that is marked while something else is written down: who, what, by when. It goes as an op of its own, in the same write.
import type { Json, New } from '../subjects'
import { LAW } from '../sync/law'
import { faultsOf, fieldsOf, type Draft, type Faults } from './form'

/** Where it was said, as the law's codes have it. */
export type SaidIn = 'reply' | 'visit' | 'mediation' | 'minutes'

/** The acts of consultations and mediations in whose writing a promise is often made. */
export const MARKED_IN: Readonly<Record<string, SaidIn>> = { meet: 'minutes', conclude: 'minutes', record: 'mediation' }

export interface Marking {
  readonly grid: string
  readonly said_in: SaidIn
  /** The matter it is about; "" for none. */
  readonly issue: string | New
  /** The record it was said in. */
  readonly about: string | New
}

interface Making {
  readonly name: string
  readonly what: { readonly kind: string; readonly grid: string; readonly fields: Readonly<Record<string, unknown>> }
}

/** What keeps it from counting; nothing when none is marked. */
export function promiseFaults(promise: Json | undefined): Faults {
  return promise === undefined ? {} : faultsOf(LAW.promise, 'make', { ...(promise as Draft), said_in: 'reply' })
}

/** The saying by which it is made; none when none is marked. */
export function promiseSaid(promise: Json | undefined, { grid, said_in, issue, about }: Marking): readonly Making[] {
  if (promise === undefined) return []
  const fields = { ...fieldsOf(promise as Draft), said_in, about, ...(issue === '' ? {} : { issue }) }
  return [{ name: 'make', what: { kind: 'promise', grid, fields } }]
}
