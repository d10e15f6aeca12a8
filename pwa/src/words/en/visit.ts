// What the pages of visit say, in English.
import type { visit as zh } from '../zh/visit'

export const visit: Readonly<Record<keyof typeof zh, string>> = {
  'households.title': '住户',
  'household.title': '住户',
  'household.new': '新增住户',
  'household.edit': '修改住户',
  'visit.title': '走访',
  'visit.record': '走访记录',
}
