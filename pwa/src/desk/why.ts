// Why a matter lies before the town, in one sentence and in all of them; what its clock is called.
import type { QueueItem } from '../subjects_desk'
import { codeWord } from '../issue/codes'
import { d, type PlainDeskKey } from '../words/desk'
import { lang } from '../words/words'

const CLOCKS: Readonly<Record<string, PlainDeskKey>> = {
  due_assign: 'clock.assign',
  due_grid: 'clock.grid',
  due_accept: 'clock.accept',
  due_answer: 'clock.answer',
  due_consult: 'clock.consult',
  due_mediate: 'clock.mediate',
}

/** What must have happened by then: 受理, 答复 … */
export function clockWord(clock: string): string {
  const key = CLOCKS[clock]
  return key === undefined ? '' : d(key)
}

/** The reason of the decision, or of the proposal while nobody decided, in the language on the screen. */
export function reasonHere({ came }: QueueItem): string {
  return lang.value === 'zh' ? came.reason_zh : came.reason_en
}

/** The nearest reason first: reopened by the resident, asked for by the worker, sent here by a rule. */
export function whyHere(item: QueueItem): string {
  const { came, stage } = item
  if (stage === 'reopened') return d('why.reopened')
  if (came.request !== '') return d('why.asked', { why: codeWord('escalate_why', came.escalate_why), request: came.request })
  const reason = reasonHere(item)
  if (stage === 'registered') return reason === '' ? d('why.unsorted') : d('why.proposed', { reason })
  return reason
}
