// A pen on glass: strokes by finger, stylus or mouse, thinner where the hand was fast, as ink is. Where it wrote is known, so that the paper can be cut.

/** Line widths in CSS pixels, of a fast hand and of one that rests. */
const THIN = 1.2
const THICK = 3.2
/** The speed in CSS pixels per ms at which the line is half as thick as it can be. */
const BRISK = 1
const INK = '#16202a'

interface Point {
  readonly x: number
  readonly y: number
  readonly at_ms: number
}

/** Where ink lies, in CSS pixels from the paper's corner. */
export interface Written {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Writes on a canvas whose context is scaled so that its units are CSS pixels. */
export class Pen {
  readonly #paper: HTMLCanvasElement
  readonly #ink: CanvasRenderingContext2D
  readonly #lifted: () => void
  readonly #off = new AbortController()
  #hand: number | undefined
  #from: Point | undefined
  #middle: Point | undefined
  #width = THICK
  #written: Written | undefined

  /** `lifted` is called after each stroke. */
  constructor(paper: HTMLCanvasElement, ink: CanvasRenderingContext2D, lifted: () => void) {
    this.#paper = paper
    this.#ink = ink
    this.#lifted = lifted
    Object.assign(ink, { strokeStyle: INK, fillStyle: INK, lineCap: 'round' })
    const { signal } = this.#off
    paper.addEventListener('pointerdown', (event) => this.#down(event), { signal })
    paper.addEventListener('pointermove', (event) => this.#move(event), { signal })
    for (const end of ['pointerup', 'pointercancel'] as const) paper.addEventListener(end, (event) => this.#up(event), { signal })
  }

  /** Where was written; undefined while nothing is. */
  get written(): Written | undefined {
    return this.#written
  }

  clear(): void {
    this.#ink.clearRect(0, 0, this.#paper.width, this.#paper.height)
    this.#written = undefined
  }

  /** Listens no more. */
  off(): void {
    this.#off.abort()
  }

  #down(event: PointerEvent): void {
    // A second finger, or the hand's edge, writes nothing.
    if (this.#hand !== undefined || event.button !== 0) return
    event.preventDefault()
    this.#hand = event.pointerId
    this.#paper.setPointerCapture(event.pointerId)
    this.#width = THICK
    const point = this.#pointOf(event)
    this.#from = point
    this.#middle = point
    this.#ink.beginPath()
    this.#ink.arc(point.x, point.y, THICK / 2, 0, 2 * Math.PI)
    this.#ink.fill()
    this.#note(point)
  }

  #move(event: PointerEvent): void {
    if (event.pointerId !== this.#hand) return
    // Between two frames a fast hand is at several places; old browsers tell the last one only.
    const all = 'getCoalescedEvents' in event ? event.getCoalescedEvents() : []
    for (const one of all.length === 0 ? [event] : all) this.#to(this.#pointOf(one))
  }

  #up(event: PointerEvent): void {
    if (event.pointerId !== this.#hand) return
    this.#hand = undefined
    this.#lifted()
  }

  /** Goes on to a point, by way of the middles between points: corners become curves. */
  #to(point: Point): void {
    const [from, middle] = [this.#from, this.#middle]
    if (from === undefined || middle === undefined) return
    const far = Math.hypot(point.x - from.x, point.y - from.y)
    if (far < 1) return
    const speed = far / Math.max(1, point.at_ms - from.at_ms)
    const wanted = THIN + (THICK - THIN) / (1 + speed / BRISK)
    this.#width += (wanted - this.#width) * 0.3
    const next = { x: (from.x + point.x) / 2, y: (from.y + point.y) / 2, at_ms: point.at_ms }
    this.#ink.beginPath()
    this.#ink.lineWidth = this.#width
    this.#ink.moveTo(middle.x, middle.y)
    this.#ink.quadraticCurveTo(from.x, from.y, next.x, next.y)
    this.#ink.stroke()
    this.#from = point
    this.#middle = next
    this.#note(point)
  }

  #note({ x, y }: Point): void {
    const { left, top, right, bottom } = this.#written ?? { left: x, top: y, right: x, bottom: y }
    this.#written = { left: Math.min(left, x), top: Math.min(top, y), right: Math.max(right, x), bottom: Math.max(bottom, y) }
  }

  #pointOf({ clientX, clientY, timeStamp }: PointerEvent): Point {
    const { left, top } = this.#paper.getBoundingClientRect()
    return { x: clientX - left, y: clientY - top, at_ms: timeStamp }
  }
}
