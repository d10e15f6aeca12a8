// A photo or voice that a record names and the server lacks: on whose phone it still is, and since when. For the desk.
import type { Names } from '../issue/names'
import { shownIn, type Seen } from '../subjects_desk'
import { dayTime } from '../words/days'
import { d } from '../words/desk'
import { t } from '../words/words'

export interface Bearer {
  readonly absent: (seen: Seen, hash: string) => string
}

export function useBearer(names: Names): Bearer {
  return {
    absent: (seen, hash) => {
      const by = shownIn(seen, hash)
      return by === undefined ? d('photo.absent') : t('file.absent', { name: names.of(by), when: dayTime(by.at_ms) })
    },
  }
}
