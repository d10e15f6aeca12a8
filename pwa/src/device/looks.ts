// The few marks of taste that must be known before anything is painted: language and print size. Records are never kept this way.

/** Remembers a word under a name, where the browser lets us; where it does not, nothing is remembered. */
export const looksMemory = {
  read(name: string): string | null {
    try {
      return localStorage.getItem(`looks.${name}`)
    } catch {
      return null
    }
  },
  write(name: string, value: string): void {
    try {
      localStorage.setItem(`looks.${name}`, value)
    } catch {
      // A private window: the choice holds while the page is open.
    }
  },
}
