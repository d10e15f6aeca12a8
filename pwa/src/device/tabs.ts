// What the tabs of one app tell each other about one store: which subjects changed, and how the sending goes. Carries no records.
import type { OnItsWay } from './files'
import { isTrouble, type Trouble } from './trouble'

/** How the sending goes, in whichever tab does it. */
export interface Sending {
  readonly sending: boolean
  readonly trouble?: Trouble
  /** The photo or voice that is on its way, and how much of it the server has. */
  readonly file?: OnItsWay
}

export interface News {
  /** Subjects that look different now. */
  readonly subjects?: readonly string[]
  readonly sending?: Sending
  /** Something else of the store changed: session, scope, book, photos, fates. */
  readonly rest?: boolean
  /** Some log has grown on the server. */
  readonly grown?: boolean
}

type Ear = (news: News) => void

/** Told here, heard here and in every other tab. */
export class Tabs {
  readonly #ears = new Set<Ear>()
  #channel: BroadcastChannel | undefined

  constructor(name: string) {
    this.#channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(name)
    this.#channel?.addEventListener('message', (message: MessageEvent<unknown>) => this.#hear(readNews(message.data)))
  }

  tell(news: News): void {
    this.#hear(news)
    this.#channel?.postMessage(news)
  }

  /** Answers how to stop listening. */
  listen(ear: Ear): () => void {
    this.#ears.add(ear)
    return () => this.#ears.delete(ear)
  }

  close(): void {
    // A round may still be under way and tell what came of it: nobody listens any more.
    this.#ears.clear()
    this.#channel?.close()
    this.#channel = undefined
  }

  #hear(news: News): void {
    for (const ear of [...this.#ears]) ear(news)
  }
}

/** Another tab may run another version of the app: only what is understood counts. */
function readNews(value: unknown): News {
  if (typeof value !== 'object' || value === null) return {}
  const { subjects, sending, rest, grown } = value as Readonly<Record<string, unknown>>
  return {
    ...(Array.isArray(subjects) ? { subjects: subjects.filter((one): one is string => typeof one === 'string') } : {}),
    ...(isSending(sending) ? { sending } : {}),
    ...(rest === true ? { rest } : {}),
    ...(grown === true ? { grown } : {}),
  }
}

function isSending(value: unknown): value is Sending {
  if (typeof value !== 'object' || value === null || !('sending' in value)) return false
  if ('file' in value && value.file !== undefined && !isOnItsWay(value.file)) return false
  return !('trouble' in value) || value.trouble === undefined || isTrouble(value.trouble)
}

function isOnItsWay(value: unknown): value is OnItsWay {
  if (typeof value !== 'object' || value === null) return false
  return 'hash' in value && typeof value.hash === 'string' && 'sent' in value && typeof value.sent === 'number'
}
