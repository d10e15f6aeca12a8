// Codes of the law as words. A code that a newer law brings and this app has no word for is shown as it is written.
import { t, type Key } from '../words/words'

/** The key a table has for a code; undefined for codes it does not know. */
export function pick<T extends Readonly<Record<string, Key>>>(table: T, code: string): T[keyof T] | undefined {
  const known: Readonly<Record<string, Key>> = table
  return Object.prototype.hasOwnProperty.call(known, code) ? (known[code] as T[keyof T]) : undefined
}

const ACTS = {
  register: 'act.register',
  number: 'act.number',
  propose: 'act.propose',
  clock: 'act.clock',
  alarm: 'act.alarm',
  triage: 'act.triage',
  solve: 'act.solve',
  escalate: 'act.escalate',
  consult: 'act.consult',
  accept: 'act.accept',
  give_back: 'act.give_back',
  refer: 'act.refer',
  answer: 'act.answer',
  confirm: 'act.confirm',
  link: 'act.link',
  alike: 'act.alike',
  same: 'act.same',
  differ: 'act.differ',
  ask_again: 'act.ask_again',
  join: 'act.join',
  take_in: 'act.take_in',
  unjoin: 'act.unjoin',
  move: 'act.move',
  arrive: 'act.arrive',
  forward: 'act.forward',
  late: 'act.late',
  let_go: 'act.let_go',
  relay: 'act.relay',
  again: 'act.again',
  dual: 'act.dual',
  read: 'act.read',
  edit: 'act.edit',
  settle: 'act.settle',
  reveal: 'act.reveal',
  unseal: 'act.unseal',
  dispatch: 'act.dispatch',
  add_unit: 'act.add_unit',
  orders_ended: 'act.orders_ended',
  back_to_work: 'act.back_to_work',
  extend: 'act.extend',
  call_back: 'act.call_back',
  try_call: 'act.try_call',
  count_try: 'act.count_try',
  lapse: 'act.lapse',
  explain: 'act.explain',
  withdraw: 'act.withdraw',
  void: 'act.void',
  archive: 'act.archive',
  conduct: 'act.conduct',
  convene: 'act.convene',
  urge: 'act.urge',
  supervise: 'act.supervise',
  assist: 'act.assist',
} as const

/** What an act is called: 办结, 上报镇里. */
export function actWord(name: string): string {
  const key = pick(ACTS, name)
  return key === undefined ? name : t(key)
}

const CODES = {
  'nature.help': 'nature.help',
  'nature.complaint': 'nature.complaint',
  'nature.report': 'nature.report',
  'nature.suggestion': 'nature.suggestion',
  'nature.enquiry': 'nature.enquiry',
  'nature.praise': 'nature.praise',
  'danger.life': 'danger.life',
  'danger.violence': 'danger.violence',
  'danger.minor': 'danger.minor',
  'danger.crime': 'danger.crime',
  'alarm_told.town': 'call.town',
  'alarm_told.other': 'call.other',
  'result.solved': 'result.solved',
  'result.partly': 'result.partly',
  'result.explained': 'result.explained',
  'acknowledged.agrees': 'ack.agrees',
  'acknowledged.disagrees': 'ack.disagrees',
  'acknowledged.not_reached': 'ack.not_reached',
  'escalate_why.beyond_power': 'why.beyond_power',
  'escalate_why.crosses_grids': 'why.crosses_grids',
  'escalate_why.needs_enforcement': 'why.needs_enforcement',
  'escalate_why.needs_money': 'why.needs_money',
  'escalate_why.party_disagrees': 'why.party_disagrees',
  'escalate_why.risk': 'why.risk',
  'escalate_why.other': 'why.other',
  'outcome.written': 'outcome.written',
  'outcome.oral': 'outcome.oral',
  'outcome.none': 'outcome.none',
  'outcome.refused': 'outcome.refused',
  'conclusion.supported': 'conclusion.supported',
  'conclusion.explained': 'conclusion.explained',
  'conclusion.not_supported': 'conclusion.not_supported',
  'conclusion.other_route': 'conclusion.other_route',
  'solved.solved': 'solved.solved',
  'solved.partly': 'solved.partly',
  'solved.not_solved': 'solved.not_solved',
  'satisfaction.satisfied': 'satisfaction.satisfied',
  'satisfaction.basically_satisfied': 'satisfaction.basically_satisfied',
  'satisfaction.dissatisfied': 'satisfaction.dissatisfied',
} as const

/** A field's code in words; the text itself for fields that hold no codes. */
export function codeWord(field: string, code: string): string {
  const key = pick(CODES, `${field}.${code}`)
  return key === undefined ? code : t(key)
}
