// The ops by which a new issue is registered and sorted: all of them are written together, or none.
import { newLink, theNew, type Proposal, type Session } from '../subjects'
import { triageFields, type Overruling } from './decide'
import { dangersOf, fieldsOf, type IssueDraft } from './draft'
import type { Origin } from './origin'
import type { Sentence } from './saying'

export interface Written {
  readonly draft: IssueDraft
  /** Of the draft, which goes in the same write. */
  readonly key: string
  readonly grid: string
  readonly session: Session
}
export interface Decided {
  readonly proposal: Proposal
  readonly overruling: Overruling | undefined
}

/** The sentences in order, and the place of the one that begins the issue. */
export function registration(
  { draft, key, grid, session }: Written,
  { proposal, overruling }: Decided,
  origin: Pick<Origin, 'before' | 'after' | 'linked'>,
): { sentences: readonly Sentence[]; at: number } {
  const before = origin.before(grid)
  const at = before.length
  const issue = theNew(at)
  const fields = fieldsOf(draft, session, origin.linked())
  const register: Sentence = { name: 'register', what: { kind: 'issue', grid, fields, photos: draft.photos, voices: draft.voices ?? [], link: newLink(), draft: key } }
  const alarm: Sentence = { name: 'alarm', what: { subject: issue, grid, fields: draft.told.length > 0 ? { alarm_told: draft.told } : {} } }
  const triage: Sentence = { name: 'triage', what: { subject: issue, grid, fields: triageFields(proposal, overruling, draft.title) } }
  const isEmergency = dangersOf(draft).length > 0 || proposal.urgency === 'emergency'
  return { sentences: [...before, register, ...(isEmergency ? [alarm] : []), triage, ...origin.after(grid, issue)], at }
}
