// What happened to an issue, oldest first: acts that held, notes that were kept, each with its author, its moment, its words.
import type { Act, Book, Note, Shape } from '../subjects'
import { lang } from '../words/words'
import { actWord } from './codes'
import { wordsOf } from './fields'
import { asText } from './values'

export interface Entry {
  readonly stamp: string
  readonly place: number
  readonly at_ms: number
  readonly by: { readonly actor: string; readonly role: string }
  readonly act: string
  /** What was written in it. */
  readonly words: string
  /** It came too late, or was not this person's to do: kept, without effect. */
  readonly kept: boolean
  /** Said by the server's own hand. */
  readonly clerk: boolean
}

const TOLD: Readonly<Record<string, readonly string[]>> = {
  register: [],
  alarm: ['alarm_told'],
  solve: ['measures', 'result'],
  escalate: ['escalate_why', 'tried', 'request'],
  consult: ['topic', 'consult_why'],
  accept: ['handler_unit', 'handler_name', 'handler_phone'],
  give_back: ['return_why', 'return_better'],
  refer: ['route', 'route_words'],
  answer: ['answer', 'basis'],
  confirm: ['comment'],
  join: ['join_why'],
  unjoin: ['unjoin_why'],
  relay: ['answer', 'measures'],
  dual: ['dual_reader', 'dual_unit'],
  read: ['opinion'],
  reveal: ['reveal_why'],
  unseal: ['unseal_why'],
  dispatch: ['order_opinion'],
  extend: ['extend_why'],
  call_back: ['comment'],
  urge: ['flag_words'],
  supervise: ['flag_words'],
  assist: ['flag_words'],
  explain: ['explain_words'],
  withdraw: ['withdraw_why'],
  void: ['void_words'],
  move: ['move_why'],
  arrive: ['move_why'],
}

export function entries(shape: Shape, book: Book | undefined): readonly Entry[] {
  const acts = shape.acts.map((act) => entry(act, false, book))
  const notes = shape.notes.map((note) => entry(note, true, book))
  // What waits has no place yet and comes last.
  const order = ({ place }: Entry): number => (place === 0 ? Number.MAX_SAFE_INTEGER : place)
  // All that a matter brought from another grid came in at one place.
  return [...acts, ...notes].sort((a, b) => order(a) - order(b) || (a.stamp < b.stamp ? -1 : 1))
}

function entry(one: Act | Note, kept: boolean, book: Book | undefined): Entry {
  const { stamp, place, at_ms, actor, role } = one
  const words = one.name === 'triage' ? triageWords(one) : told(one, book)
  return { stamp, place, at_ms, by: { actor, role }, act: actWord(one.name), words, kept, clerk: role === 'clerk' }
}

function told(one: Act | Note, book: Book | undefined): string {
  const fields = TOLD[one.name] ?? []
  const between = one.name === 'accept' ? ' ' : '\n'
  return fields.map((field) => wordsOf(field, one.fields[field], book)).filter(Boolean).join(between)
}

function triageWords({ fields }: Act | Note): string {
  const reason = asText(fields[lang.value === 'zh' ? 'reason_zh' : 'reason_en'])
  const track = wordsOf('track', fields.track, undefined)
  return [track, reason].filter(Boolean).join(lang.value === 'zh' ? '：' : ': ')
}
