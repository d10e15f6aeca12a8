// Photos of a form: kept on the phone when taken, named by hash in the draft, shown again when the draft comes back.
import { computed, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue'
import { keepPhoto, photoBlob, type Photo, type Trouble } from '../subjects'

/** A picture with the name it has in the draft, as parts/Photo takes it. */
export interface Shot {
  readonly id: string
  readonly picture: Blob
}

export interface Shots {
  readonly shots: ComputedRef<readonly Shot[]>
  /** The last picture that could not be kept, and why. */
  readonly trouble: ShallowRef<Trouble | undefined>
  readonly add: (pictures: readonly File[]) => Promise<void>
  readonly remove: (hash: string) => void
}

/** `photos` is read and given back whole: a draft holds it. `taken` is told of each picture that was kept, as the phone gave it. */
export function useShots(photos: () => readonly Photo[], change: (photos: readonly Photo[]) => void, taken?: (hash: string, picture: Blob) => void): Shots {
  const pictures = shallowRef<ReadonlyMap<string, Blob>>(new Map())
  const trouble = shallowRef<Trouble>()
  const show = (hash: string, picture: Blob): void => void (pictures.value = new Map(pictures.value).set(hash, picture))

  watch(
    photos,
    async (now) => {
      for (const { hash } of now) {
        if (pictures.value.has(hash)) continue
        const picture = await photoBlob(hash)
        if (picture) show(hash, picture)
      }
    },
    { immediate: true },
  )

  async function add(files: readonly File[]): Promise<void> {
    trouble.value = undefined
    for (const file of files) {
      const kept = await keepPhoto(file)
      if (!kept.ok) {
        trouble.value = kept.trouble
        return
      }
      show(kept.photo.hash, file)
      if (!photos().some(({ hash }) => hash === kept.photo.hash)) change([...photos(), kept.photo])
      taken?.(kept.photo.hash, file)
    }
  }

  return {
    shots: computed(() =>
      photos().flatMap(({ hash }) => {
        const picture = pictures.value.get(hash)
        return picture ? [{ id: hash, picture }] : []
      }),
    ),
    trouble,
    add,
    remove: (gone) => change(photos().filter(({ hash }) => hash !== gone)),
  }
}
