// The words of acts, fields, codes and stages of orders, by the names the law gives them.
import { d, type PlainDeskKey } from '../../words/desk'
import { orders } from '../../words/zh/orders'

function word(key: string): string {
  return key in orders ? d(key as PlainDeskKey) : ''
}

export const actWord = (act: string): string => word(`order.act.${act}`) || act
/** What the act will do, in a sentence. */
export const leadWord = (act: string): string => word(`order.lead.${act}`)
export const fieldWord = (field: string): string => word(`order.field.${field}`) || field
export const codeWord = (field: string, code: string): string => word(`order.code.${field}.${code}`) || code
export const stageWord = (stage: string): string => word(`order.stage.${stage}`) || stage
