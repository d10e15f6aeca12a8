// Ops that wait for the town: what the server tells of them, and the town's word about one.
import { isTrouble, parkedOps, say, type DeskSaid, type ParkedOp, type Trouble } from '../subjects_desk'
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'

export interface ParkedDoor {
  readonly items: ShallowRef<readonly ParkedOp[]>
  readonly trouble: ShallowRef<Trouble | undefined>
  readonly busy: Ref<boolean>
  readonly look: () => Promise<void>
  /** Lets one in, or declines it with a reason; looks again afterwards. */
  readonly settle: (op: ParkedOp, why?: string) => Promise<DeskSaid>
}

export function useParked(): ParkedDoor {
  const items = shallowRef<readonly ParkedOp[]>([])
  const trouble = shallowRef<Trouble>()
  const busy = ref(false)

  async function look(): Promise<void> {
    const answer = await parkedOps()
    trouble.value = isTrouble(answer) ? answer : undefined
    if (!isTrouble(answer)) items.value = answer
  }
  async function settle({ device, seq, hash, grid }: ParkedOp, why?: string): Promise<DeskSaid> {
    busy.value = true
    const fields = { device, seq, hash, ...(why === undefined ? {} : { why }) }
    const said = await say(why === undefined ? 'let_in' : 'decline', { kind: 'parked', grid, fields })
    await look()
    busy.value = false
    return said
  }
  return { items, trouble, busy, look, settle }
}
