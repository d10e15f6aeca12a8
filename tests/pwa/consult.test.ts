// Consultations, mediations and promises on the phone: the forms are made from the law, and every name in it has a word.
import { expect, test } from 'vitest'
import { asked, faultsOf, fieldsOf } from '../../pwa/src/consult/form'
import { onOneLine, shownOf } from '../../pwa/src/consult/sections'
import { LAW } from '../../pwa/src/sync/law'
import { consult as en } from '../../pwa/src/words/en/consult'
import { consult as zh } from '../../pwa/src/words/zh/consult'

const KINDS = ['consultation', 'mediation', 'promise'] as const

test('every stage and act of the law has a word in both languages', () => {
  const keys = KINDS.flatMap((kind) => [
    ...LAW[kind].stages.filter((stage) => !(kind === 'mediation' && stage === 'agreed')).map((stage) => `stage.${stage}`),
    ...Object.keys(LAW[kind].ops).map((act) => `act.${act}`),
  ])
  expect(keys.filter((key) => !zh[key] || !en[key])).toEqual([])
})

test('every question a form asks has a word, and every code an answer', () => {
  const byPeople = (kind: (typeof KINDS)[number], act: string): boolean =>
    LAW[kind].rows.some(({ op, who }) => op === act && who.some((role) => role !== 'clerk'))
  const missing = KINDS.flatMap((kind) =>
    Object.keys(LAW[kind].ops).filter((act) => byPeople(kind, act)).flatMap((act) =>
      asked(LAW[kind], act).flatMap(({ name, law }) => [
        ...(zh[`f.${name}`] ? [] : [`${kind} ${act} ${name}`]),
        ...[...law.codes, ...(law.of?.codes ?? [])].filter((code) => !zh[`c.${name}.${code}`] && !zh[`c.${code}`]),
        ...Object.entries(law.of?.fields ?? {}).flatMap(([part, its]) => [
          ...(zh[`f.${part}`] ? [] : [part]),
          ...its.codes.filter((code) => !zh[`c.${part}.${code}`] && !zh[`c.${code}`]),
        ]),
      ]),
    ),
  )
  expect([...new Set(missing)]).toEqual([])
})

test('every field that is shown, and every part of its rows, has a word', () => {
  const named = (name: string): boolean => `r.${name}` in zh || `f.${name}` in zh
  const missing = KINDS.flatMap((kind) => shownOf(kind).flatMap((name) => [name, ...Object.keys(LAW[kind].fields[name]?.of?.fields ?? {})])).filter((name) => !named(name))
  expect([...new Set(missing)]).toEqual([])
})

test('a row on one line says of what a bare number or a yes is', () => {
  const table = { heads: ['姓名', '电话', '到会', '第几户'], rows: [['甲', '15400320027', '是', '3'], ['乙', '', '否', '']] }
  expect(onOneLine(table)).toEqual(['甲 · 15400320027 · 到会 是 · 第几户 3', '乙 · 到会 否'])
})

test('both languages say the same things', () => {
  expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort())
})

test('a form says what is missing, and what does not fit together', () => {
  const approve = { form: 'residents', village_matter: true }

  expect(Object.keys(faultsOf(LAW.consultation, 'propose', {}))).toContain('topic')
  expect(faultsOf(LAW.consultation, 'approve', approve)['']).toBeDefined()
  expect(faultsOf(LAW.consultation, 'approve', { ...approve, form: 'villagers' })).toEqual({})
})

test('empty lines and unanswered questions do not travel', () => {
  expect(fieldsOf({ sides: ['东头', '', ' 西头 '], idea: '', to_publish: false })).toEqual({ sides: ['东头', '西头'], to_publish: false })
})
