// The Chinese sentences of the pages one goes to later, in one piece, so that the first page need not wait for them.
import { goal } from './goal'
import { guards } from './guards'
import { issue } from './issue'
import { mailbox } from './mailbox'
import { mediate } from './mediate'
import { settings } from './settings'
import { visit } from './visit'
import { waiting } from './waiting'

export const later = {
  ...goal,
  ...guards,
  ...issue,
  ...mailbox,
  ...mediate,
  ...settings,
  ...visit,
  ...waiting,
} as const
