// A pause between two pieces of long work, for what a person does in the meantime.

/** The work goes on after so long at any rate. */
const PATIENCE_MS = 50

/** Until nothing else is to be done: what a person does goes before what is only made ready. */
export async function rest(): Promise<void> {
  await new Promise<void>((done) => {
    if (typeof requestIdleCallback === 'undefined') setTimeout(done)
    else requestIdleCallback(() => { done() }, { timeout: PATIENCE_MS })
  })
}
