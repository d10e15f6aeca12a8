// The TypeScript core says to every question of the vectors what the Python core wrote there.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../pwa/src/sync/op'
import { answer, canonical } from './calls'

type Case = readonly [name: string, args: readonly Json[], said: Json]

const read = (name: string): Readonly<Record<string, readonly Case[]>> =>
  JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8')) as Record<string, Case[]>

describe.each(['law.json', 'rights.json', 'values.json', 'core.json', 'snapshots.json'])('%s', (name) => {
  it.each(Object.entries(read(name)))('%s: both cores say the same', (_group, cases) => {
    expect(cases.length).toBeGreaterThan(0)
    for (const [call, args, said] of cases) {
      expect([call, args, canonical(answer(call, args))]).toEqual([call, args, canonical(said)])
    }
  })
})

describe.each(['histories_1.json', 'histories_2.json', 'histories_3.json', 'histories_4.json', 'histories_5.json'])('%s', (name) => {
  const { steps = [], ends = [] } = read(name)

  it('after every step of every history both see the same', () => {
    expect(steps.length).toBeGreaterThan(50)
    for (const [call, args, said] of steps) expect(answer(call, args)).toEqual(said)
  })

  it('at the end of every history both show the same', () => {
    for (const [call, [n], said] of ends) expect(answer(call, steps[n as number]![1])).toEqual(said)
  })
})
