// Tables as other systems hand them over: comma-separated, in quotes or not, in UTF-8 or in the GBK of Chinese office programs. Pure.

/** The text of a file; what is no UTF-8 is read as GB 18030. */
export function textIn(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}

/** Its rows, empty ones left out. A quote inside quotes is written twice; commas and line ends inside quotes are text. */
export function rowsIn(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]]
  let cell = ''
  let quoted = false
  const end = (): void => {
    rows[rows.length - 1]?.push(cell.trim())
    cell = ''
  }
  const signs = Array.from(text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n'))
  for (let at = 0; at < signs.length; at++) {
    const sign = signs[at] ?? ''
    if (quoted && sign === '"' && signs[at + 1] === '"') cell += signs[++at] ?? ''
    else if (sign === '"' && (quoted || cell.trim() === '')) quoted = !quoted
    else if (!quoted && sign === ',') end()
    else if (!quoted && sign === '\n') {
      end()
      rows.push([])
    } else cell += sign
  }
  end()
  return rows.filter((row) => row.some((one) => one !== ''))
}
