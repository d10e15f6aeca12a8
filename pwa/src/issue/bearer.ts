// A photo or voice that a record names and the server lacks: on whose phone it still is, and since when.
import { shownIn, type Seen } from '../subjects'
import { dayTime } from '../words/days'
import { t } from '../words/words'
import { useNames, type Names } from './names'

export interface Bearer {
  /** 还没传到，在李某的手机上，11月24日 09:30 起 */
  readonly absent: (seen: Seen, hash: string) => string
}

export function useBearer(names: Names = useNames()): Bearer {
  return {
    absent: (seen, hash) => {
      const by = shownIn(seen, hash)
      return by === undefined ? t('photo.absent') : t('file.absent', { name: names.of(by), when: dayTime(by.at_ms) })
    },
  }
}
