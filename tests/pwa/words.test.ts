// The words of the screens: both languages say the same things, and blanks are filled as grammar asks.
import { afterEach, expect, test } from 'vitest'
import { whyWords } from '../../pwa/src/issue/notes'
import { LAW } from '../../pwa/src/sync/law'
import { en } from '../../pwa/src/words/en'
import { consult as enConsult } from '../../pwa/src/words/en/consult'
import { packKeys, packSentences, unpack } from '../../pwa/src/words/packed'
import { fill, lang, learnLater, speak, t, type Key } from '../../pwa/src/words/words'
import { zh as first } from '../../pwa/src/words/zh'
import { consult as zhConsult } from '../../pwa/src/words/zh/consult'
import { later } from '../../pwa/src/words/zh/later'

const zh = { ...first, ...later }
const keys = Object.keys(zh) as Key[]
const blanks = (sentence: string): string[] => [
  ...new Set([...sentence.matchAll(/\{(\w+)/g)].map((found) => found[1] ?? '')),
].sort()

afterEach(() => speak('zh'))

test('every English sentence has the blanks of the Chinese one', () => {
  for (const key of keys) expect({ key, blanks: blanks(en[key]) }).toEqual({ key, blanks: blanks(zh[key]) })
})

test('no sentence is empty, in either language', () => {
  expect(keys.filter((key) => zh[key].trim() === '' || en[key].trim() === '')).toEqual([])
})

test('every guard of the law says in its own sentence why an act did not hold', async () => {
  await learnLater()
  const guards = new Set(Object.values(LAW).flatMap(({ rows }) => rows.flatMap(({ guard }) => guard)))
  const said = [...guards].map((guard) => whyWords(`guard_${guard}`, ''))
  const other = t('note.other', { stage: '' })

  expect(said.filter((sentence) => sentence === other || sentence.startsWith('note.'))).toEqual([])
  expect(new Set(said).size).toBe(guards.size)
  expect(whyWords('guard_of_later_times', '')).toBe(other)
})

test('one letter is a letter, two are letters, and none are letters too', () => {
  const said = [0, 1, 2].map((n) => fill('{n} {n|letter|letters} came', { n }))

  expect(said).toEqual(['0 letters came', '1 letter came', '2 letters came'])
})

test('a blank that nobody filled stays as written, so that it is seen', () => {
  expect(fill('{who} came', {})).toBe('{who} came')
})

test('a value with braces or dollars is put in as it is', () => {
  expect(fill('“{words}”', { words: '{n} $& 元' })).toBe('“{n} $& 元”')
})

test('a change of language changes what is said next', async () => {
  const before = t('pick.found', { n: 3 })
  await speak('en')

  expect([before, t('pick.found', { n: 3 }), lang.value]).toEqual(['找到 3 个', '3 found', 'en'])
})

test('the built phone says in both languages what is written', () => {
  for (const [order, words] of [[first, first], [later, later], [zh, en], [zhConsult, zhConsult], [zhConsult, enConsult]] as const)
    expect(unpack(packKeys(order), packSentences(words, order))).toEqual(words)
})

test('a sentence that is missing or has lines is not packed', () => {
  for (const words of [{}, { 'a.b': 'one\ntwo' }]) expect(() => packSentences(words, { 'a.b': '' })).toThrow('a.b')
})
