// What went wrong between this desk and the server, as a sentence and what to do. What the server says itself goes first.
import type { Refusal, Trouble, TroubleName } from '../subjects_desk'
import { d, type PlainDeskKey } from '../words/desk'
import { lang } from '../words/words'
import type { Failure } from './acting'

const TROUBLES: Readonly<Record<TroubleName, PlainDeskKey>> = {
  full: 'trouble.full',
  broken: 'trouble.broken',
  not_entered: 'trouble.enter_again',
  enter_again: 'trouble.enter_again',
  offline: 'trouble.offline',
  slow: 'trouble.slow',
  not_our_server: 'trouble.not_our_server',
  other_epoch: 'trouble.server',
  update_needed: 'trouble.update',
  gap: 'trouble.server',
  busy: 'trouble.busy',
  server: 'trouble.server',
  refused_by_server: 'trouble.refused',
  not_a_picture: 'trouble.not_a_picture',
}

const REFUSALS: Readonly<Record<string, PlainDeskKey>> = {
  not_your_grid: 'refusal.not_your_grid',
  not_your_role: 'refusal.not_your_role',
  not_your_unit: 'refusal.not_your_unit',
  not_your_field: 'refusal.not_your_role',
  field_missing: 'refusal.field',
  too_short: 'refusal.field',
  too_long: 'refusal.field',
  not_a_phone: 'refusal.field',
  not_in_list: 'refusal.field',
  cannot_move: 'refusal.cannot_move',
  too_much_to_move: 'refusal.too_much_to_move',
  unknown_subject: 'refusal.unknown_subject',
}

/** One sentence for a trouble. */
export function troubleWords({ trouble, problem }: Trouble): string {
  if (problem === undefined) return d(TROUBLES[trouble])
  return lang.value === 'zh' ? `${problem.title}。${problem.do}` : `${problem.title_en}. ${problem.do_en}`
}

function refusalWords({ why }: Refusal): string {
  return d(REFUSALS[why] ?? 'refusal.other')
}

/** Title, sentence and detail for ErrorBox. */
export function failureWords(failure: Failure): { readonly title: string; readonly todo: string; readonly detail: string } {
  if ('refusal' in failure) {
    const { why, about } = failure.refusal
    return { title: d('refusal.title'), todo: refusalWords(failure.refusal), detail: `${why} ${about}` }
  }
  return { title: d('trouble.title'), todo: troubleWords(failure.trouble), detail: failure.trouble.detail ?? '' }
}
