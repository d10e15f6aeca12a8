// Pairs of 查重: whoever answers faster than the line loses no key, and nothing that failed stays answered.
import { shallowRef } from 'vue'
import { expect, test } from 'vitest'
import { useDeciding, type Deciding } from '../../pwa/src/desk/likes/deciding'
import type { DeskSaid, Likes, LikeSide, Pair, Trouble } from '../../pwa/src/subjects_desk'

const side = (subject: string): LikeSide => ({ subject, grid: 'g1', grid_name: '', village: '', stage: 'registered', number: '', title: subject, words: '', place: '', person: '', begun_ms: 0 })
function pair(n: number): Pair {
  const sides = [side(`issue/a.${n}`), side(`issue/b.${n}`)] as const
  return { kind: 'issue', on: `issue/b.${n}`, rule: 'S1', why_zh: '同一个人', why_en: 'one person', is_same: false, at_ms: 0, sides, likeness: { aspects: {}, percent: 0, sure: 'very' }, leads: `issue/a.${n}` }
}
const PLACED: DeskSaid = { ok: true, behind: [], subject: '', stamp: '', seq: 1 }
const REFUSED: DeskSaid = { ok: false, refusal: { why: 'stage_moved_on', about: '' }, kept: false }

/** A town with three pairs, whose line answers when it is told to; what was placed is in the next look's list no more. */
function town(): { deciding: Deciding; said: string[]; answer: (how: DeskSaid) => Promise<void>; looks: () => number } {
  const pairs = [pair(1), pair(2), pair(3)]
  const list = shallowRef<Likes>({ pairs, kinds: [], now_ms: 0 })
  const gone = new Set<string>()
  const said: string[] = []
  const waiting: ((how: DeskSaid) => void)[] = []
  let looks = 0
  const look = (): Promise<void> => {
    looks += 1
    list.value = { pairs: pairs.filter(({ on }) => !gone.has(on)), kinds: [], now_ms: 0 }
    return Promise.resolve()
  }
  const deciding = useDeciding({ list, trouble: shallowRef<Trouble>(), look }, (name, what) => {
    const subject = typeof what.subject === 'string' ? what.subject : ''
    said.push(`${name} ${subject}`)
    return new Promise((resolve) =>
      waiting.push((how) => {
        if (how.ok && name === 'ask_again') gone.delete(subject)
        else if (how.ok) gone.add(subject)
        resolve(how)
      }),
    )
  })
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))
  const answer = async (how: DeskSaid): Promise<void> => {
    await settle()
    waiting.shift()?.(how)
    await settle()
  }
  return { deciding, said, answer, looks: () => looks }
}

const left = ({ open }: Deciding): string[] => open.value.map(({ on }) => on)

test('the next pair is there at once, the words go out in their order, and one look follows them', async () => {
  const { deciding, said, answer, looks } = town()
  const [one, two] = deciding.open.value
  expect(deciding.tell(one!, 'join')).toBe(true)
  expect(deciding.tell(two!, 'differ')).toBe(true)
  expect(left(deciding)).toEqual(['issue/b.3'])
  expect(deciding.done.value.map(({ waits }) => waits)).toEqual([true, true])
  await answer(PLACED)
  expect([said, looks()]).toEqual([['join issue/b.1', 'differ issue/b.2'], 0])
  await answer(PLACED)
  expect(looks()).toBe(1)
  expect(deciding.done.value.map(({ word, waits }) => [word, waits])).toEqual([['differ', false], ['join', false]])
  expect(left(deciding)).toEqual(['issue/b.3'])
})

test('what was refused is open again and says why until it is answered anew', async () => {
  const { deciding, answer } = town()
  const [one, two] = deciding.open.value
  deciding.tell(one!, 'join')
  deciding.tell(two!, 'differ')
  await answer(REFUSED)
  await answer(PLACED)
  expect(left(deciding)).toEqual(['issue/b.1', 'issue/b.3'])
  expect(deciding.failure.value).toEqual({ refusal: { why: 'stage_moved_on', about: '' } })
  expect(deciding.done.value.map(({ pair: { on } }) => on)).toEqual(['issue/b.2'])
  deciding.tell(one!, 'differ')
  expect(deciding.failure.value).toBeUndefined()
  await answer(PLACED)
  expect(left(deciding)).toEqual(['issue/b.3'])
})

test('taking back goes behind the word itself, and is nothing where that word failed', async () => {
  const { deciding, said, answer } = town()
  const [one, two] = deciding.open.value
  deciding.tell(one!, 'differ')
  deciding.undo(deciding.done.value[0]!)
  await answer(PLACED)
  await answer(PLACED)
  expect(said).toEqual(['differ issue/b.1', 'ask_again issue/b.1'])
  expect(left(deciding)).toContain('issue/b.1')
  deciding.tell(two!, 'differ')
  deciding.undo(deciding.done.value[0]!)
  await answer(REFUSED)
  await answer(PLACED)
  expect(said.at(-1)).toBe('differ issue/b.2')
  expect(deciding.done.value).toEqual([])
})

test('what was said and taken back off line is open again at once', async () => {
  const { deciding, answer } = town()
  const waits: DeskSaid = { ok: false, trouble: { trouble: 'offline' }, kept: true }
  deciding.tell(deciding.open.value[0]!, 'differ')
  await answer(waits)
  expect(deciding.done.value.map((one) => one.waits)).toEqual([true])
  deciding.undo(deciding.done.value[0]!)
  await answer(waits)
  expect([left(deciding)[0], deciding.done.value]).toEqual(['issue/b.1', []])
})
