// One word about a pair: the same, or not. What was said in this sitting stays listed and is taken back by one press; nothing counts before the receipt.
import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { cut } from '../../issue/values'
import { say, type DeskSaid, type Kind, type Likes, type LikeSide, type Pair, type What } from '../../subjects_desk'
import { d } from '../../words/desk'
import { lang } from '../../words/words'
import { failureOf, type Failure } from '../acting'
import type { Looking } from '../looking'

/** As the law has it. */
const MOST_WHY = 200

export type Word = 'join' | 'differ'

export interface Done {
  readonly pair: Pair
  readonly word: Word
  /** It still lies on this computer. */
  readonly waits: boolean
}

export interface Deciding {
  /** What nobody has answered, without what was answered here since the last look. */
  readonly open: ComputedRef<readonly Pair[]>
  /** Newest first. */
  readonly done: ShallowRef<readonly Done[]>
  /** A kind is being joined, case after case. */
  readonly busy: Ref<boolean>
  readonly failure: ShallowRef<Failure | undefined>
  /** A pair that is still open though it was answered: somebody was faster, and it must be looked at. */
  readonly aside: Ref<string>
  /** Takes the pair out of the list at once and says the word behind those before it; false where it cannot be said. */
  readonly tell: (pair: Pair, word: Word) => boolean
  readonly undo: (one: Done) => void
  /** Joins these cases of a kind to the one that leads, one after the other; stops at the first that fails. */
  readonly joinAll: (kind: Kind, cases: readonly string[]) => Promise<void>
}

export const keyOf = (pair: Pair): string => pair.sides.map(({ subject }) => subject).join(' ')
export const whyOf = (pair: Pair): string => (lang.value === 'zh' ? pair.why_zh : pair.why_en)
/** The one that joins the other; undefined when neither can. */
export const joins = (pair: Pair): LikeSide | undefined => (pair.leads === '' ? undefined : pair.sides.find(({ subject }) => subject !== pair.leads))
const sideOf = (pair: Pair, subject: string): LikeSide => pair.sides.find((side) => side.subject === subject) ?? pair.sides[1]
const otherThan = (pair: Pair, subject: string): string => pair.sides.find((side) => side.subject !== subject)?.subject ?? ''

/** `speak` says one act to the server's end. */
export function useDeciding(door: Looking<Likes>, speak: (name: string, what: What) => Promise<DeskSaid> = say): Deciding {
  const done = shallowRef<readonly Done[]>([])
  const answered = ref<ReadonlySet<string>>(new Set())
  const busy = ref(false)
  const failure = shallowRef<Failure>()
  const aside = ref('')
  const open = computed(() => (door.list.value?.pairs ?? []).filter((pair) => !answered.value.has(keyOf(pair))))
  /** The pair whose word failed last: what went wrong is told until somebody answers it again. */
  let failed = ''
  let fresh: string[] = []
  let waiting = 0
  let turn = Promise.resolve()

  /** Whoever answers faster than the line is not kept waiting: his words go out in their order, and one look follows them all. */
  function inTurn(what: () => Promise<void>): Promise<void> {
    waiting += 1
    const mine = turn.then(what).finally(() => {
      waiting -= 1
      if (waiting === 0) void lookAgain()
    })
    turn = mine.catch(() => undefined)
    return mine
  }
  async function said(key: string, what: () => Promise<DeskSaid>): Promise<'placed' | 'waits' | undefined> {
    const answer = await what()
    const why = failureOf(answer)
    if (why === undefined) return answer.ok ? 'placed' : 'waits'
    failure.value = why
    failed = key
    return undefined
  }
  function begins(key: string): void {
    aside.value = ''
    if (failed === key) failure.value = undefined
  }
  const openAgain = (keys: readonly string[]): void => {
    answered.value = new Set([...answered.value].filter((one) => !keys.includes(one)))
  }
  const without = (key: string): readonly Done[] => done.value.filter((one) => keyOf(one.pair) !== key)

  async function lookAgain(): Promise<void> {
    const keys = fresh
    if (keys.length === 0) return
    fresh = []
    await door.look()
    if (door.trouble.value !== undefined) {
      fresh = [...keys, ...fresh]
      return
    }
    openAgain(keys)
    for (const key of keys) {
      const stands = done.value.some(({ pair }) => keyOf(pair) === key)
      if (!stands || !open.value.some((pair) => keyOf(pair) === key)) continue
      done.value = without(key)
      aside.value = key
    }
  }

  function tell(pair: Pair, word: Word): boolean {
    const joining = joins(pair)
    if (word === 'join' && joining === undefined) return false
    const on = word === 'join' && joining !== undefined ? joining : sideOf(pair, pair.on)
    const fields = word === 'join' ? { into: pair.leads, join_why: cut(whyOf(pair), MOST_WHY) } : { other: otherThan(pair, pair.on) }
    const key = keyOf(pair)
    begins(key)
    const one: Done = { pair, word, waits: true }
    answered.value = new Set([...answered.value, key])
    done.value = [one, ...without(key)]
    void inTurn(async () => {
      const became = await said(key, () => speak(word, { subject: on.subject, grid: on.grid, fields }))
      if (became === undefined) {
        done.value = done.value.filter((other) => other !== one)
        openAgain([key])
      } else if (became === 'placed') {
        done.value = done.value.map((other) => (other === one ? { ...one, waits: false } : other))
        fresh = [...fresh, key]
      }
    })
    return true
  }
  function undo(one: Done): void {
    const { pair, word } = one
    const on = word === 'join' ? joins(pair) : sideOf(pair, pair.on)
    if (on === undefined) return
    const key = keyOf(pair)
    begins(key)
    const name = word === 'join' ? 'unjoin' : 'ask_again'
    const fields = word === 'join' ? { unjoin_why: d('likes.undo.why') } : { other: otherThan(pair, pair.on) }
    void inTurn(async () => {
      const stood = done.value.find((other) => keyOf(other.pair) === key)
      // What failed meanwhile is open again by itself.
      if (stood === undefined) return
      done.value = without(key)
      if ((await said(key, () => speak(name, { subject: on.subject, grid: on.grid, fields }))) === undefined) done.value = [stood, ...done.value]
      else {
        // Off line no look follows: it is open again all the same.
        openAgain([key])
        fresh = [...fresh, key]
      }
    })
  }
  async function joinAll({ cases }: Kind, chosen: readonly string[]): Promise<void> {
    const lead = cases.find(({ part }) => part === 'leads')?.side
    busy.value = true
    await inTurn(async () => {
      for (const { side } of cases.filter((one) => chosen.includes(one.side.subject))) {
        const fields = { into: lead?.subject ?? '', join_why: d('kinds.why') }
        begins('')
        if ((await said('', () => speak('join', { subject: side.subject, grid: side.grid, fields }))) === undefined) break
      }
      await door.look()
    }).finally(() => (busy.value = false))
  }
  return { open, done, busy, failure, aside, tell, undo, joinAll }
}
