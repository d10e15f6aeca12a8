// What the parts work out without a screen; how they look and answer is tried in a browser by the road tests.
import { expect, test } from 'vitest'
import { matching } from '../../pwa/src/parts/search'
import { makeStatus } from '../../pwa/src/parts/status'

const HOMES = ['王秀兰 3 组 12 号 15400000012', '王秀兰 5 组 2 号 15400000502', 'Li Wei 3 组 8 号']
const find = (typed: string): readonly string[] => matching(HOMES, typed, (home) => home)

test('a household is found by any part of its name, door or phone', () => {
  expect(['秀兰', '8 号', '0502'].map((typed) => find(typed).length)).toEqual([2, 1, 1])
})

test('every word typed must be there, in any order and any case', () => {
  expect(find('3 王')).toEqual([HOMES[0]])
  expect(find('wei LI')).toEqual([HOMES[2]])
})

test('blanks alone narrow nothing', () => {
  expect(find('   ')).toBe(HOMES)
})

test('a status holds the last thing said until it is hushed', () => {
  const status = makeStatus()
  status.say('saved')
  status.say('could not send', 'bad')
  const last = status.said.value
  status.hush()

  expect([last, status.said.value]).toEqual([{ text: 'could not send', tone: 'bad' }, undefined])
})
