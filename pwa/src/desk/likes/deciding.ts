// One word about a pair: the same, or not. What was said in this sitting stays listed and is taken back by one press; nothing counts before the receipt.
import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { cut } from '../../issue/values'
import { say, type DeskSaid, type Kind, type Likes, type LikeSide, type Pair } from '../../subjects_desk'
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
  readonly done: Ref<readonly Done[]>
  readonly busy: Ref<boolean>
  readonly failure: ShallowRef<Failure | undefined>
  /** A pair that is still open though it was answered: somebody was faster, and it must be looked at. */
  readonly aside: Ref<string>
  readonly tell: (pair: Pair, word: Word) => Promise<boolean>
  readonly undo: (one: Done) => Promise<void>
  /** Joins these cases of a kind to the one that leads, one after the other; stops at the first that fails. */
  readonly joinAll: (kind: Kind, cases: readonly string[]) => Promise<void>
}

export const keyOf = (pair: Pair): string => pair.sides.map(({ subject }) => subject).join(' ')
export const whyOf = (pair: Pair): string => (lang.value === 'zh' ? pair.why_zh : pair.why_en)
/** The one that joins the other; undefined when neither can. */
export const joins = (pair: Pair): LikeSide | undefined => (pair.leads === '' ? undefined : pair.sides.find(({ subject }) => subject !== pair.leads))
const sideOf = (pair: Pair, subject: string): LikeSide => pair.sides.find((side) => side.subject === subject) ?? pair.sides[1]
const otherThan = (pair: Pair, subject: string): string => pair.sides.find((side) => side.subject !== subject)?.subject ?? ''

export function useDeciding(door: Looking<Likes>): Deciding {
  const done = ref<readonly Done[]>([])
  const answered = ref<ReadonlySet<string>>(new Set())
  const busy = ref(false)
  const failure = shallowRef<Failure>()
  const aside = ref('')
  const open = computed(() => (door.list.value?.pairs ?? []).filter((pair) => !answered.value.has(keyOf(pair))))

  async function said(what: () => Promise<DeskSaid>): Promise<'placed' | 'waits' | undefined> {
    if (busy.value) return undefined
    busy.value = true
    aside.value = ''
    const answer = await what()
    failure.value = failureOf(answer)
    busy.value = false
    return answer.ok ? 'placed' : failure.value === undefined ? 'waits' : undefined
  }
  const lookAgain = async (key: string): Promise<void> => {
    await door.look()
    if (door.trouble.value !== undefined) return
    answered.value = new Set([...answered.value].filter((one) => one !== key))
    const stands = done.value.some(({ pair }) => keyOf(pair) === key)
    if (!stands || !open.value.some((pair) => keyOf(pair) === key)) return
    done.value = done.value.filter(({ pair }) => keyOf(pair) !== key)
    aside.value = key
  }

  async function tell(pair: Pair, word: Word): Promise<boolean> {
    const joining = joins(pair)
    if (word === 'join' && joining === undefined) return false
    const on = word === 'join' && joining !== undefined ? joining : sideOf(pair, pair.on)
    const fields = word === 'join' ? { into: pair.leads, join_why: cut(whyOf(pair), MOST_WHY) } : { other: otherThan(pair, pair.on) }
    const became = await said(() => say(word, { subject: on.subject, grid: on.grid, fields }))
    if (became === undefined) return false
    const key = keyOf(pair)
    answered.value = new Set([...answered.value, key])
    done.value = [{ pair, word, waits: became === 'waits' }, ...done.value.filter((one) => keyOf(one.pair) !== key)]
    if (became === 'placed') void lookAgain(key)
    return true
  }
  async function undo(one: Done): Promise<void> {
    const { pair, word } = one
    const on = word === 'join' ? joins(pair) : sideOf(pair, pair.on)
    if (on === undefined || busy.value) return
    const key = keyOf(pair)
    const before = done.value
    done.value = before.filter((other) => other !== one)
    const name = word === 'join' ? 'unjoin' : 'ask_again'
    const fields = word === 'join' ? { unjoin_why: d('likes.undo.why') } : { other: otherThan(pair, pair.on) }
    if ((await said(() => say(name, { subject: on.subject, grid: on.grid, fields }))) === undefined) {
      done.value = before
      return
    }
    answered.value = new Set([...answered.value].filter((one) => one !== key))
    await door.look()
  }
  async function joinAll({ cases }: Kind, chosen: readonly string[]): Promise<void> {
    const lead = cases.find(({ part }) => part === 'leads')?.side
    for (const { side } of cases.filter((one) => chosen.includes(one.side.subject))) {
      const fields = { into: lead?.subject ?? '', join_why: d('kinds.why') }
      if ((await said(() => say('join', { subject: side.subject, grid: side.grid, fields }))) === undefined) break
    }
    await door.look()
  }
  return { open, done, busy, failure, aside, tell, undo, joinAll }
}
