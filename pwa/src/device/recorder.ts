// The microphone: one recording at a time, as the browser gives it (Opus in WebM, or AAC in MP4). Where it is kept is not here.

/** Enough for speech, and 2 to 4 KB a second. */
const BITS_PER_S = 24_000
const PIECE_MS = 1000
const TYPES = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/webm', 'audio/ogg;codecs=opus']

/** `refused`: the person, or the phone, does not let us listen. `none`: there is no microphone, or this browser records nothing. */
export type NoRecording = 'refused' | 'none'

/** One recording under way. */
export interface Recording {
  /** How long it is by now. */
  ms(): number
  /** How loud it is now, 0 to 1. */
  level(): number
  /** What has been recorded so far; it can be played. */
  soFar(): Blob
  /** Ends it; resolves with the whole. */
  stop(): Promise<Blob>
}

/** Begins to record; `over` is called when it has ended: by `stop`, after `most_ms`, or when the microphone was taken away. */
export async function record(most_ms: number, over: () => void): Promise<Recording | NoRecording> {
  if (typeof MediaRecorder === 'undefined') return 'none'
  const stream = await listen()
  if (typeof stream === 'string') return stream
  const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type))
  const recorder = new MediaRecorder(stream, { audioBitsPerSecond: BITS_PER_S, ...(mimeType === undefined ? {} : { mimeType }) })
  const pieces: Blob[] = []
  const meter = meterOf(stream)
  const began_ms = performance.now()
  let ended_ms: number | undefined
  const whole = new Promise<Blob>((resolve) => {
    recorder.addEventListener('dataavailable', ({ data }) => data.size > 0 && pieces.push(data))
    recorder.addEventListener('stop', () => {
      ended_ms = performance.now()
      for (const track of stream.getTracks()) track.stop()
      meter.close()
      clearTimeout(most)
      resolve(soFar())
      over()
    })
  })
  const soFar = (): Blob => new Blob(pieces, { type: (recorder.mimeType || mimeType) ?? 'audio/webm' })
  const stop = (): Promise<Blob> => {
    if (recorder.state !== 'inactive') recorder.stop()
    return whole
  }
  const most = setTimeout(() => void stop(), most_ms)
  recorder.start(PIECE_MS)
  return { ms: () => Math.round((ended_ms ?? performance.now()) - began_ms), level: () => meter.level(), soFar, stop }
}

async function listen(): Promise<MediaStream | NoRecording> {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, channelCount: 1 } })
  } catch (error) {
    return error instanceof DOMException && error.name === 'NotAllowedError' ? 'refused' : 'none'
  }
}

function meterOf(stream: MediaStream): { level: () => number; close: () => void } {
  const context = new AudioContext()
  const analyser = context.createAnalyser()
  analyser.fftSize = 512
  context.createMediaStreamSource(stream).connect(analyser)
  const samples = new Uint8Array(analyser.fftSize)
  return {
    level: () => {
      analyser.getByteTimeDomainData(samples)
      const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample - 128)), 0)
      return Math.min(1, loudest / 96)
    },
    close: () => void context.close(),
  }
}
