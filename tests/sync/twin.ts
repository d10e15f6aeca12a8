// The TypeScript core over stdio, for test_twins.py: one line `[call, arguments]` in, one line `[said]` or `[null, error]` out.
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { Json } from '../../pwa/src/sync/op'
import { answer } from './calls'

/** Answers until the other side closes. */
export async function serve(input: Readable, output: Writable): Promise<void> {
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    output.write(`${said(line)}\n`)
  }
}

function said(line: string): string {
  try {
    const [call, args] = JSON.parse(line) as [string, readonly Json[]]
    return JSON.stringify([answer(call, args)])
  } catch (error) {
    return JSON.stringify([null, String(error)])
  }
}
