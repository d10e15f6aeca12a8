// Where an issue stands, in words: the stage, who has it, and the sentence that says both.
import type { Shape } from '../subjects'
import { holder } from '../sync/subjects/issue'
import { t } from '../words/words'

export const STAGES = [
  'registered',
  'in_grid',
  'mediating',
  'work_order',
  'consulting',
  'pending_confirm',
  'reopened',
  'joined',
  'closed',
  'referred',
  'withdrawn',
  'void',
  'moved',
  'archived',
] as const
export type Stage = (typeof STAGES)[number]

/** The stage of the shape; one that a newer law knows and this app does not is shown as registered. */
export function stageOf(shape: Shape): Stage {
  return STAGES.find((stage) => stage === shape.stage) ?? 'registered'
}

/** One sentence: how far it is and with whom. */
export function standing(shape: Shape): string {
  const stage = stageOf(shape)
  const { who, name, unit } = holder(shape)
  if (who === 'handler') return t('standing.handler', { unit, name })
  if (stage === 'in_grid' && name !== '') return t('standing.in_grid_by', { name })
  return t(`standing.${stage}`)
}
