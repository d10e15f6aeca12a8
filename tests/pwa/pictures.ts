// Pictures and sounds for the tests, drawn here. No tests here.
import { deflateSync } from 'node:zlib'

/** A grey PNG that a server can read; noisy ones cannot be packed, so that they weigh about `side * side` bytes. */
export function png(side: number, seed: number): Blob {
  const rows = new Uint8Array(side * (side + 1))
  let chance = seed
  for (let at = 0; at < rows.length; at++) {
    chance = (Math.imul(chance, 1_103_515_245) + 12_345) >>> 0
    rows[at] = at % (side + 1) === 0 ? 0 : chance >>> 16
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(side, 0)
  head.writeUInt32BE(side, 4)
  head.set([8, 0, 0, 0, 0], 8)
  const parts = [Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]
  return new Blob(parts, { type: 'image/png' })
}

function chunk(name: string, content: Buffer): Buffer<ArrayBuffer> {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), content])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(content.length)
  sum.writeUInt32BE(crc(named))
  return Buffer.concat([length, named, sum])
}

function crc(bytes: Buffer): number {
  let sum = 0xffffffff
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0)
  }
  return (sum ^ 0xffffffff) >>> 0
}
