// A person's decision on a proposal, as the op `triage` stores it: confirmed with the rule's reason, or overruled with one's own.
import type { Proposal } from '../subjects'
import { t } from '../words/words'
import { cut } from './values'

export const TRACKS = ['solved_in_grid', 'escalate_to_town', 'consult_mechanism'] as const
export type Track = (typeof TRACKS)[number]

/** Rule number of a decision that no rule gave. */
const PERSON = 'PERSON'

/** A track that a newer book names and this app does not know goes to the town. */
export function trackOf(code: string): Track {
  return TRACKS.find((track) => track === code) ?? 'escalate_to_town'
}

/** What the person chose instead of the proposal, and why. */
export interface Overruling {
  track: Track | ''
  why: string
}

/** The fields of the op `triage`; `topic` is what a consultation is called. */
export function triageFields(proposal: Proposal, overruling: Overruling | undefined, topic: string): Record<string, unknown> {
  const { book, urgency } = proposal
  if (overruling === undefined || overruling.track === '') {
    const { track, rule, reason_zh, reason_en } = proposal
    return { track, rule, reason_zh: cut(reason_zh, 300), reason_en: cut(reason_en, 600), book, urgency, ...topicOf(track, topic) }
  }
  const { track, why } = overruling
  const words = cut(why.trim(), 200)
  return {
    ...{ track, rule: PERSON, reason_zh: words, reason_en: words, book, urgency },
    ...{ overrules: proposal.rule, overrule_why: words, ...topicOf(track, topic) },
  }
}

function topicOf(track: string, topic: string): Record<string, unknown> {
  return track === 'consult_mechanism' ? { topic: cut(topic, 50) } : {}
}

/** What keeps an overruling from counting: another way chosen, and a reason that others can read. */
export function overrulingFault(overruling: Overruling): { track?: string; why?: string } {
  if (overruling.track === '') return { track: t('overrule.fault.track') }
  return Array.from(overruling.why.trim()).length < 2 ? { why: t('overrule.fault.why') } : {}
}
