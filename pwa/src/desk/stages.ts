// The stages as the queue's filter and its rows name them: the town tells a matter that waits for a handler from one that has one.
import { STAGES, type Stage } from '../issue/stages'
import type { QueueItem } from '../subjects_desk'
import { d } from '../words/desk'
import { t } from '../words/words'

/** The order of the filter: what the town decides, then what others hold. */
export const SHOWN: readonly Stage[] = ['registered', 'work_order', 'consulting', 'reopened', 'in_grid', 'mediating', 'pending_confirm']

export function stageNamed(stage: string): Stage {
  return STAGES.find((one) => one === stage) ?? 'registered'
}

export function stageWord({ stage, holder }: QueueItem): string {
  if (stage === 'registered') return d('stage.unsorted')
  if (stage !== 'work_order') return t(`stage.${stageNamed(stage)}`)
  return holder.who === 'handler' ? d('stage.with', { name: holder.name }) : d('stage.to_accept')
}
