// The proposal that lies on an issue, read from its log, and the fields of the op `triage` that follows it or does not.
import { trackOf, triageFields, type Overruling, type Track } from '../issue/decide'
import { asText, type Fields } from '../issue/values'

export interface Decision {
  readonly track: Track
  readonly rule: string
  readonly reason_zh: string
  readonly reason_en: string
  readonly book: string
  readonly steps_zh: string
  readonly steps_en: string
  readonly flags: readonly string[]
  readonly fields: (overruling: Overruling | undefined, topic: string) => Record<string, unknown>
}

export function decisionOf(proposal: Fields): Decision {
  const text = (name: string): string => asText(proposal[name])
  const texts = (name: string): string[] => {
    const value = proposal[name]
    return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
  }
  const urgency = (['urgent', 'emergency'] as const).find((one) => one === text('urgency')) ?? 'normal'
  const next = (['refer', 'join'] as const).find((one) => one === text('next')) ?? ''
  const read = {
    track: trackOf(text('track')),
    rule: text('rule'),
    reason_zh: text('reason_zh'),
    reason_en: text('reason_en'),
    book: text('book'),
    steps_zh: text('steps_zh'),
    steps_en: text('steps_en'),
    flags: texts('flags'),
  }
  return { ...read, fields: (overruling, topic) => triageFields({ ...read, urgency, next, fired: texts('fired') }, overruling, topic) }
}
