// The Chinese sentences of the pages one goes to later, in one piece, so that the first page need not wait for them.
import { issue } from './issue'
import { mailbox } from './mailbox'
import { mediate } from './mediate'
import { visit } from './visit'

export const later = {
  ...issue,
  ...mailbox,
  ...mediate,
  ...visit,
} as const
