// Why the server did not accept an op, and what its author can do. The words of the law, put into sentences.
import { t } from '../words/words'

const GROUP: Readonly<Record<string, 'area' | 'role' | 'device' | 'chain' | 'newer' | 'absent' | 'unreadable' | 'parked' | 'let_in' | 'declined'>> = {
  not_your_grid: 'area',
  unknown_grid: 'area',
  other_grid: 'area',
  not_your_role: 'role',
  not_your_field: 'role',
  not_your_device: 'device',
  not_your_name: 'device',
  chain_broken: 'chain',
  same_identity_other_bytes: 'chain',
  bad_stamp: 'chain',
  too_new: 'newer',
  unknown_op: 'newer',
  unknown_field: 'newer',
  unknown_subject: 'absent',
  wrong_beginning: 'absent',
  bad_subject: 'absent',
  not_an_op: 'unreadable',
  not_unicode: 'unreadable',
  op_too_large: 'unreadable',
  parked: 'parked',
  let_in: 'let_in',
  declined: 'declined',
}

/** Whatever else it was, it was a field. */
export function refusalWords(why: string, about = ''): { readonly why: string; readonly todo: string } {
  const group = Object.prototype.hasOwnProperty.call(GROUP, why) ? (GROUP[why] ?? 'field') : 'field'
  return { why: t(`refusal.${group}`), todo: t(`refusal.${group}.do`, { about }) }
}
