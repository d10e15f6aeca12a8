// Voices of a form: kept on the phone every few seconds while they are spoken, so that a phone that dies keeps them; named by hash in the draft.
import { onBeforeUnmount, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { dropPhoto, keepVoice, startVoice, type Recording, type Trouble, type Voice } from '../subjects'

const KEEP_MS = 4000
const LOOK_MS = 100

export interface Voices {
  /** How long the one that is being spoken is by now; undefined when none is. */
  readonly ms: Ref<number | undefined>
  readonly level: Ref<number>
  /** Hash of what is kept by now of the one that is being spoken; "" while nothing is. */
  readonly half: Ref<string>
  /** Why nothing is recorded, or kept. */
  readonly trouble: ShallowRef<Trouble | 'refused' | 'none' | undefined>
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
  readonly remove: (hash: string) => void
}

/** `voices` is read and given back whole: a draft holds it. */
export function useVoices(voices: () => readonly Voice[], change: (voices: readonly Voice[]) => void): Voices {
  const ms = ref<number>()
  const level = ref(0)
  const trouble = shallowRef<Trouble | 'refused' | 'none'>()
  let recording: Recording | undefined
  let looking: ReturnType<typeof setInterval> | undefined
  let keeping: ReturnType<typeof setInterval> | undefined
  let turn: Promise<void> = Promise.resolve()
  const half = ref('')

  /** In the place of what was kept of it before; one after the other. */
  function keep(sound: () => Blob, long_ms: number): Promise<void> {
    turn = turn.then(async () => {
      const blob = sound()
      if (blob.size === 0) return
      const kept = await keepVoice(blob, long_ms)
      if (!kept.ok) {
        trouble.value = kept.trouble
        return
      }
      const before = half.value
      half.value = kept.voice.hash
      change([...voices().filter(({ hash }) => hash !== before && hash !== half.value), kept.voice])
      if (before !== '' && before !== half.value) await dropPhoto(before)
    })
    return turn
  }

  async function ended(): Promise<void> {
    const now = recording
    if (now === undefined) return
    recording = undefined
    clearInterval(looking)
    clearInterval(keeping)
    const whole = await now.stop()
    await keep(() => whole, Math.max(1, now.ms()))
    half.value = ''
    ms.value = undefined
    level.value = 0
  }

  async function start(): Promise<void> {
    if (recording !== undefined) return
    trouble.value = undefined
    const begun = await startVoice(() => void ended())
    if (typeof begun === 'string') {
      trouble.value = begun
      return
    }
    recording = begun
    ms.value = 0
    looking = setInterval(() => {
      ms.value = begun.ms()
      level.value = begun.level()
    }, LOOK_MS)
    keeping = setInterval(() => void keep(() => begun.soFar(), Math.max(1, begun.ms())), KEEP_MS)
  }

  // Leaving the page, or putting the phone away, ends it: what was said is kept.
  const away = (): void => void (document.hidden && ended())
  document.addEventListener('visibilitychange', away)
  onBeforeUnmount(() => {
    document.removeEventListener('visibilitychange', away)
    void ended()
  })

  return {
    ms,
    level,
    half,
    trouble,
    start,
    stop: ended,
    remove: (gone) => {
      change(voices().filter(({ hash }) => hash !== gone))
      void dropPhoto(gone)
    },
  }
}
