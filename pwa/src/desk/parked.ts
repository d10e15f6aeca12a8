// Ops that wait for the town, and those that never came: what the server tells of them, and the town's word about one.
import { isTrouble, parkedOps, say, type AbsentOp, type DeskSaid, type ParkedOp, type Trouble } from '../subjects_desk'
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'

export interface ParkedDoor {
  readonly items: ShallowRef<readonly ParkedOp[]>
  readonly absent: ShallowRef<readonly AbsentOp[]>
  readonly trouble: ShallowRef<Trouble | undefined>
  readonly busy: Ref<boolean>
  readonly look: () => Promise<void>
  /** Lets one in, or declines it with a reason; looks again afterwards. */
  readonly settle: (op: ParkedOp, why?: string) => Promise<DeskSaid>
  /** Says what became of one that never came. */
  readonly account: (op: AbsentOp, why: string) => Promise<DeskSaid>
}

export function useParked(): ParkedDoor {
  const items = shallowRef<readonly ParkedOp[]>([])
  const absent = shallowRef<readonly AbsentOp[]>([])
  const trouble = shallowRef<Trouble>()
  const busy = ref(false)

  async function look(): Promise<void> {
    const answer = await parkedOps()
    trouble.value = isTrouble(answer) ? answer : undefined
    if (isTrouble(answer)) return
    items.value = answer.items
    absent.value = answer.absent
  }
  async function settle({ device, seq, hash, grid }: ParkedOp, why?: string): Promise<DeskSaid> {
    return word(why === undefined ? 'let_in' : 'decline', grid, { device, seq, hash, ...(why === undefined ? {} : { why }) })
  }
  const account = ({ device, seq, grid }: AbsentOp, why: string): Promise<DeskSaid> => word('account', grid, { device, seq, why })
  async function word(name: string, grid: string, fields: Readonly<Record<string, string | number>>): Promise<DeskSaid> {
    busy.value = true
    const said = await say(name, { kind: 'parked', grid, fields })
    await look()
    busy.value = false
    return said
  }
  return { items, absent, trouble, busy, look, settle, account }
}
