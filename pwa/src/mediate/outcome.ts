// The ops by which a mediation is kept, with the issue it settles or begins: all written together, or none.
import { promiseSaid } from '../consult/promise'
import { triageFields, type Overruling } from '../issue/decide'
import { emptyDraft, fieldsOf, type IssueDraft } from '../issue/draft'
import type { Sentence } from '../issue/saying'
import { titleFrom } from '../issue/title'
import { newLink, theNew, type Facts, type New, type Proposal, type Seen, type Session } from '../subjects'
import { isRefused, measuresOf, promiseIn, signedBy, mediationFields, type MediationDraft } from './draft'

export interface Held {
  readonly draft: MediationDraft
  readonly key: string
  readonly grid: string
  readonly session: Session
  readonly held_ms: number
  readonly signatures: readonly (string | undefined)[]
}

function record(held: Held, issue: string | New): Sentence {
  const { draft, key, grid, session, held_ms, signatures } = held
  const fields = mediationFields(draft, { issue, held_ms, worker: session.name, signatures })
  return { name: 'record', what: { kind: 'mediation', grid, fields, voices: draft.voices ?? [], draft: key } }
}

function solve(held: Held, issue: string | New, mediation: New): Sentence {
  const fields = { measures: measuresOf(held.draft), result: 'solved', acknowledged: 'agrees', mediation }
  return { name: 'solve', what: { subject: issue, grid: held.grid, fields } }
}

function promised({ grid, draft }: Held, issue: string | New, about: New): readonly Sentence[] {
  return promiseSaid(promiseIn(draft), { grid, said_in: 'mediation', issue, about })
}

/** A mediation on an issue that is there; it solves it when agreed, wanted, and still open to that. */
export function onIssue(held: Held, issue: Seen, maySolve: boolean): readonly Sentence[] {
  const solves = signedBy(held.draft) === 'all' && held.draft.solves && maySolve
  return [record(held, issue.id), ...(solves ? [solve(held, issue.id, theNew(0))] : []), ...promised(held, issue.id, theNew(0))]
}

/** What a mediation without an issue states about the matter. */
export function factsOfMediation(draft: MediationDraft): Facts {
  const parties = draft.parties.length
  return {
    ...{ danger: [], nature: 'help', households: parties, parties },
    ...(draft.category ? { category: draft.category } : {}),
    ...(isRefused(draft) ? { refuses: true } : { consents: true }),
    ...(draft.outcome === 'none' && !isRefused(draft) ? { tried: 'failed' } : {}),
  }
}

function issueDraft(draft: MediationDraft): IssueDraft {
  const [first] = draft.parties
  return {
    ...emptyDraft(),
    ...{ words: draft.dispute, title: titleFrom(draft.dispute) || draft.dispute.trim(), channel: 'visit', category: draft.category },
    ...{ place: draft.place, teller: 'named', name: first?.name ?? '', phone: first?.phone ?? '', danger: ['none'] },
    households: draft.parties.length,
  }
}

/** A mediation that begins its issue: registered, recorded, sorted as decided, and solved when it ended well in the grid. */
export function withIssue(held: Held, proposal: Proposal, overruling: Overruling | undefined): readonly Sentence[] {
  const { draft, grid, session } = held
  const given = issueDraft(draft)
  const fields = {
    ...fieldsOf(given, session, [theNew(1)]),
    facts: Object.fromEntries(Object.entries(factsOfMediation(draft)).filter(([name]) => !['danger', 'category', 'nature'].includes(name))),
    parties: draft.parties.map(({ name, phone }) => ({ name: name.trim(), phone: phone || undefined })),
  }
  const sorted = triageFields(proposal, overruling, given.title)
  const solves = signedBy(draft) === 'all' && sorted.track === 'solved_in_grid'
  return [
    { name: 'register', what: { kind: 'issue', grid, fields, link: newLink() } },
    record(held, theNew(0)),
    { name: 'triage', what: { subject: theNew(0), grid, fields: sorted } },
    ...(solves ? [solve(held, theNew(0), theNew(1))] : []),
    ...promised(held, theNew(0), theNew(1)),
  ]
}
