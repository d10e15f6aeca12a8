// The icons, drawn by us on a grid of 24 with a line of 1.75: each is the path of one stroke. Icon.vue shows them.
const TICK = 'M8 12.3l2.8 2.8L16 9.7'
const RING = 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z'
const CLOUD = 'M7 18a4 4 0 0 1-.4-8A5.6 5.6 0 0 1 17.3 8.9 4.6 4.6 0 0 1 17 18z'
const PAGE = 'M4 6.5h16V20H4zM4 10.5h16M8 3.5v4M16 3.5v4'

export const icons = {
  // Moving about
  back: 'M15 5l-7 7 7 7',
  next: 'M9 5l7 7-7 7',
  down: 'M5 9l7 7 7-7',
  close: 'M6 6l12 12M18 6L6 18',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.3 15.3L20.5 20.5',
  more: 'M12 5a.4.4 0 1 0 0 .8.4.4 0 0 0 0-.8zM12 11.6a.4.4 0 1 0 0 .8.4.4 0 0 0 0-.8zM12 18.2a.4.4 0 1 0 0 .8.4.4 0 0 0 0-.8z',
  exit: 'M11 4H5v16h6M15 8l4 4-4 4M19 12H9.5',
  // The jobs of the day
  today: `${PAGE}M8.5 15.2l2.4 2.3 4.6-4.6`,
  visit: 'M6 21V3.5h12V21M3.5 21h17M14.5 12v1.2',
  mailbox: 'M3.5 10h17v10.5h-17zM7 14h10M7.5 10V3.5h9V10M10.5 6.7h3',
  letter: 'M3.5 5.5h17v13h-17zM3.5 6.5l8.5 7 8.5-7',
  issue: 'M6 5h12v16H6zM9.5 5V3h5v2M9.5 10.5h5M9.5 14.5h5',
  mediate: 'M3.5 4.5H15v8.5H8L3.5 16.5zM18 9.5h2.5v11L17 17.5h-7v-1.5',
  desk: 'M3.5 4.5h17V16h-17zM12 16v4.5M8.5 20.5h7',
  household: 'M3.5 11.5L12 4l8.5 7.5M6 9.5V20h12V9.5M10 20v-5.5h4V20',
  person: 'M12 3.5a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20.5c.6-4 3.5-6 7.5-6s6.9 2 7.5 6',
  // The three tracks
  grid: 'M4 4h6.5v6.5H4zM13.5 4H20v6.5h-6.5zM4 13.5h6.5V20H4zM13.5 17l2.3 2.3L20.5 14',
  town: 'M3.5 20.5h17M3.5 9.5L12 3.5l8.5 6zM6.5 9.5v11M12 9.5v11M17.5 9.5v11',
  table: 'M12 9a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 3.2a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6zM4.5 16.8a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6zM19.5 16.8a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6z',
  // How far a record has come
  phone: 'M7 2.5h10v19H7zM10.8 18.2h2.4',
  received: `${CLOUD}M9.2 13.3l2 2 3.6-3.7`,
  read: 'M2.5 12S6 5.5 12 5.5s9.5 6.5 9.5 6.5-3.5 6.5-9.5 6.5S2.5 12 2.5 12zM12 9.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6z',
  aside: 'M6.5 3.5h11V21L12 17l-5.5 4z',
  offline: `${CLOUD}M4 3.5l16.5 17`,
  again: 'M19.8 12.5a7.8 7.8 0 1 1-2.3-6M20 3.5v5h-5',
  // States
  good: `${RING}${TICK}`,
  info: `${RING}M12 11v5.5M12 7.6v.1`,
  clock: `${RING}M12 7v5.3l3.5 2`,
  warn: 'M12 4L2.7 20h18.6zM12 10v4.5M12 17.2v.1',
  stop: 'M8.4 3h7.2L21 8.4v7.2L15.6 21H8.4L3 15.6V8.4zM12 7.5v5.5M12 16.3v.1',
  refused: 'M8.4 3h7.2L21 8.4v7.2L15.6 21H8.4L3 15.6V8.4zM9 9l6 6M15 9l-6 6',
  emergency: 'M6.5 18.5V13a5.5 5.5 0 0 1 11 0v5.5M4 21h16M12 4V2M5 6.5L3.5 5M19 6.5L20.5 5',
  lock: 'M5.5 10.5h13V21h-13zM8.5 10.5V7.5a3.5 3.5 0 0 1 7 0v3',
  // Doing
  check: 'M5 12.5l4.5 4.5L19 7.5',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  camera: 'M3.5 8h4L9 5.5h6L16.5 8h4v11.5h-17zM12 10.2a3.3 3.3 0 1 0 0 6.6 3.3 3.3 0 0 0 0-6.6z',
  image: 'M3.5 5h17v14h-17zM3.5 16l5-5 4.5 4.5 2.5-2.5 5 5M15.7 8.7v.1',
  voice: 'M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3M8.5 21h7',
  stop_voice: 'M6.5 6.5h11v11h-11z',
  trash: 'M4.5 7h15M9.5 7V4h5v3M6.5 7l.9 13.5h9.2L17.5 7M10.2 11v5.5M13.8 11v5.5',
  chart: 'M4 20.5h16.5M6.5 17v-5M11 17V6.5M15.5 17v-8M20 17v-3.5',
  paper: 'M6 3.5h8.5l4 4v13h-12.5zM14 3.5V8h4.5M9 12h6.5M9 15.5h6.5',
  pen: 'M4 20l1-4.5L16.5 4 20 7.5 8.5 19zM14 6.5l3.5 3.5',
  call: 'M6.5 3.5h3L11 8 9 9.5a11 11 0 0 0 5.5 5.5L16 13l4.5 1.5v3a2.5 2.5 0 0 1-2.7 2.5C10.3 19.3 4.7 13.7 4 6.2a2.5 2.5 0 0 1 2.5-2.7z',
  send: 'M12 20V8M6.5 13L12 7.5l5.5 5.5M5 4h14',
  calendar: PAGE,
  place: 'M12 21.5S5 15 5 9.8a7 7 0 0 1 14 0C19 15 12 21.5 12 21.5zM12 7.3a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
  code: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2.5v2.5M20 14v2.5M14 20h2.5M20 20v.1',
  language: `${RING}M3 12h18M12 3c3 3 3.5 6 3.5 9s-.5 6-3.5 9c-3-3-3.5-6-3.5-9S9 6 12 3z`,
  print: 'M2.5 19L8.5 5l6 14M4.6 14.5h7.8M15 19l3.2-8 3.3 8M16 16.5h4.4',
} as const

export type IconName = keyof typeof icons
