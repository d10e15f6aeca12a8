// What goes on with a consultation or a mediation, in one sentence: which form, how far, when one meets, and what must be by when.
import { asText, mapsOf, numberOf, textOf } from '../issue/values'
import type { Seen } from '../subjects'
import { lastAct, partiesSigned, SHOWN_DAYS, termStates } from '../sync/guards'
import { c, codeWord, stageWord } from '../words/consult'
import { day, dayTime, isoDay, isoInWords } from '../words/days'
import { lang } from '../words/words'

const DAY_MS = 24 * 60 * 60 * 1000

/** What else is known: the moment it is, until when the matter must be mediated, and the book's working days for calling a meeting. */
export interface Beside {
  readonly now_ms: number
  readonly until_ms?: number | undefined
  readonly call_days?: number | undefined
}

/** The one that goes on in this matter now: its consultation while it is talked over, its mediation while it is mediated. */
export function ongoing(stage: string, rows: readonly Seen[]): Seen | undefined {
  const kind = stage === 'consulting' ? 'consultation' : stage === 'mediating' ? 'mediation' : ''
  return rows.find(({ law, shape }) => shape.kind === kind && !law.over.includes(shape.stage))
}

/** The sentence; of what is over and of promises the stage alone. */
export function goingOn(seen: Seen, beside: Beside): string {
  const { kind, stage } = seen.shape
  const said = kind === 'consultation' ? meeting(seen, beside) : kind === 'mediation' ? mediating(seen, beside) : ''
  return said || stageWord(kind, stage)
}

function meeting(seen: Seen, { now_ms, call_days }: Beside): string {
  const { shape } = seen
  const form = codeWord('form', textOf(seen, 'form'))
  const meets = numberOf(seen, 'meets_ms') ?? 0
  const since = [...shape.acts].reverse().find(({ from_stage, to_stage }) => from_stage !== to_stage)?.at_ms
  const shown = lastAct(shape, 'publish')?.at_ms
  const word = stageWord('consultation', shape.stage)
  switch (shape.stage) {
    case 'reviewed':
      return call_days === undefined || since === undefined ? c('go.stage', { form, word }) : c('go.reviewed', { form, day: day(since, now_ms), n: call_days })
    case 'invited':
      return c(meets < now_ms ? 'go.past' : 'go.invited', { form, when: dayTime(meets, now_ms), place: textOf(seen, 'place') })
    case 'met':
      return c('go.met', { form, when: dayTime(numberOf(seen, 'met_ms') ?? 0, now_ms) })
    case 'publicised':
      return shown === undefined ? '' : c('go.shown', { form, day: day(shown + SHOWN_DAYS * DAY_MS, now_ms) })
    case 'filed':
    case 'implementing':
      return c('go.stage', { form, word: withTerm(word, seen, () => true) })
    default:
      return c('go.stage', { form, word })
  }
}

function mediating(seen: Seen, { until_ms }: Beside): string {
  const { shape } = seen
  const who = textOf(seen, 'mediator')
  const until = textOf(seen, 'prolong_to') || (until_ms === undefined ? '' : isoDay(until_ms))
  if (shape.stage === 'open') return c(until === '' ? 'go.open' : 'go.open_until', { who, day: isoInWords(until) })
  if (shape.stage === 'unsigned') {
    const signed = partiesSigned(shape)
    const names = mapsOf(seen, 'parties').filter((_, at) => signed[at] !== true).map(({ name }) => asText(name))
    return names.length === 0 ? '' : c('go.unsigned', { names: names.join(lang.value === 'zh' ? '、' : ', ') })
  }
  const states = termStates(shape)
  return shape.stage === 'agreed' ? withTerm(stageWord('mediation', 'agreed'), seen, (at) => states[at] === '') : ''
}

/** With the first day by which something that was agreed must be done. */
function withTerm(word: string, seen: Seen, isOpen: (at: number) => boolean): string {
  const [first] = mapsOf(seen, 'terms').filter((_, at) => isOpen(at)).map(({ by }) => asText(by)).filter(Boolean).sort()
  return first === undefined ? word : c('go.term', { word, day: isoInWords(first) })
}
