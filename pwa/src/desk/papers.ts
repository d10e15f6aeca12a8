// Gives a paper to the browser to keep under a name.

export function keepAs(paper: Blob, name: string): void {
  const address = URL.createObjectURL(paper)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The browser has begun to read it; a moment later the address is not needed.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
