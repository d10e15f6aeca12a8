// What may go wrong with a phone, its store and its network, as values a page can look at. Bugs are not here: they are thrown.

/** What the server said of a request it did not carry out (problem+json). */
export interface Problem {
  readonly status: number
  /** The word for it, for programs. */
  readonly why: string
  readonly title: string
  readonly title_en: string
  /** What the person can do about it. */
  readonly do: string
  readonly do_en: string
}

export type TroubleName =
  | 'full' // no room on the phone: nothing was saved
  | 'broken' // the phone's store failed: nothing was saved
  | 'not_entered' // nobody has entered on this phone
  | 'enter_again' // the server asks for the password again; what is on the phone stays
  | 'offline' // no way to the server
  | 'slow' // no answer in time
  | 'not_our_server' // an answer that is not ours: a portal's page, a torn reply
  | 'other_epoch' // the server was restored from a backup
  | 'update_needed' // the server speaks a newer language than this version of the app
  | 'gap' // the server lacks ops it once received
  | 'busy' // the server asks to wait
  | 'server' // the server failed
  | 'refused_by_server' // the server said no: see `problem`
  | 'not_a_picture' // a file that cannot be read as a photo

/** An expected trouble. It never means that something was lost. */
export interface Trouble {
  readonly trouble: TroubleName
  /** For the operator, in English. */
  readonly detail?: string
  readonly problem?: Problem
  /** How long the server asked to wait. */
  readonly wait_ms?: number
}

/** Whether an answer is a trouble. */
export function isTrouble(answer: unknown): answer is Trouble {
  return typeof answer === 'object' && answer !== null && 'trouble' in answer && typeof answer.trouble === 'string'
}

/** Names by which IndexedDB says that our own code is wrong: these are bugs, not troubles. */
const BUGS = ['ConstraintError', 'DataCloneError', 'DataError', 'NotFoundError', 'ReadOnlyError', 'TransactionInactiveError']

/** What a failure of the phone's store means for a person. Throws on what is no failure of the store. */
export function storeTrouble(error: unknown): Trouble {
  if (!(error instanceof Error) || BUGS.includes(error.name)) throw error
  // Chromium over quota fails the commit: an AbortError, with the reason inside.
  const inner = 'inner' in error && error.inner instanceof Error ? error.inner : error
  if (inner.name === 'QuotaExceededError' || error.name === 'QuotaExceededError') return { trouble: 'full', detail: inner.message }
  if (!(error instanceof DOMException)) throw error
  return { trouble: 'broken', detail: `${inner.name}: ${inner.message}` }
}
