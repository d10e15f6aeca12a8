// The TypeScript phones of a history over stdio: one line `[call, handle, arguments]` in, one line `[handle, said]` out; see twin.py.
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { Json } from '../../pwa/src/sync/op'
import * as phones from './phone'
import { hold } from './turn'

type Phone = phones.Phone
type Answer = readonly [number, Json]

const held = new Map<number, Phone>()
let last = 0

/** Answers until the other side closes. */
export async function serve(input: Readable, output: Writable): Promise<void> {
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    output.write(`${said(line)}\n`)
  }
}

function said(line: string): string {
  try {
    const [call, handle, args] = JSON.parse(line) as [string, number, readonly never[]]
    return JSON.stringify(answer(call, handle, args))
  } catch (error) {
    return JSON.stringify([-1, String(error)])
  }
}

function answer(call: string, handle: number, args: readonly never[]): Answer {
  if (call === 'begin') return begin(args[0]!, args[1]!, args[2]!)
  const phone = held.get(handle)
  if (phone === undefined) throw new Error(`no phone ${handle}`)
  switch (call) {
    case 'make':
      return kept(handle, phone, phones.make(phone, args[0]!))
    case 'adopt':
      return kept(handle, phone, phones.adopt(phone, args[0]!, args[1]!))
    case 'take':
      return kept(handle, phone, phones.take(phone, args[0]!, args[1]!, args[2]!) ?? 'unreadable')
    case 'hold':
      return kept(handle, phone, hold(phone, args[0]!, args[1]!) ?? 'unreadable')
    case 'ask':
      return [handle, phones.ask(phone, args[0]!, args[1]!)]
    case 'shown':
      return [handle, phones.digest(phones.shown(phone, args[0]!, args[1]!, args[2]!))]
    default:
      throw new Error(`no call ${call}`)
  }
}

/** Every history begins with phones of its own: what the former ones held may go when the first of them begins. */
function begin(device: string, person: string, arriving: boolean): Answer {
  held.set(++last, phones.begin(device, person, arriving))
  return [last, null]
}

/** A new state under a new handle, the old one stays: a transaction may yet fail. Or a word, and all is as before. */
function kept(handle: number, before: Phone, after: Phone | string): Answer {
  if (typeof after === 'string') return [handle, after]
  held.set(++last, after)
  held.delete(last - 2000)
  return [last, phones.view(after, before)]
}
